import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildSpace, checkOptions, chooseSystems } from '../../search/build-space.js';
import type { NumberColumn } from '../../search/columns.js';
import { constraintsOf, excess, type Constraint } from '../../search/constraints.js';
import { designId } from '../../search/design.js';
import { unknownEnergy } from '../../search/energy.js';
import { frontTable, systemLines } from '../../search/front-table.js';
import { defaultObjectives, formatObjective, parseObjectives } from '../../search/objectives.js';
import { formatNumber, rankingRows, writeSweep } from '../../search/output.js';
import {
  describeSample,
  describeSpace,
  PARAMETERS_NOTE,
  runRecord,
  SWEEP_SCHEMA,
  type ModelSource,
} from '../../search/run-record.js';
import { readSpaceFile } from '../../search/space-file.js';
import { countDesigns, rowOf, type Space } from '../../search/space.js';
import { planSweep, sweep, type PlannedModel, type Sweep, type SweepModel } from '../../search/sweep.js';
import { EXIT_CODES, ParetouError, usageError } from '../errors.js';
import { parseAcceleratorList } from '../npu/accelerator-names.js';
import { loadConfiguration } from '../npu/configuration.js';
import { suggestion } from '../suggest.js';
import { loadModel } from './model.js';
import { optimiseOf } from './options.js';
import { showProgress } from './progress.js';
import { note, print, printJson } from './streams.js';
import type { SweepOptions } from './sweep.js';
import { version } from './version.js';

interface Loaded {
  readonly models: readonly SweepModel[];
  readonly sources: readonly ModelSource[];
}

const METHODS = ['auto', 'exhaustive', 'exact', 'evolve'];

const checkMethod = (method: string): void => {
  if (!METHODS.includes(method))
    throw usageError(`--method "${method}" is not known${suggestion(method, METHODS)}`);
  if (method === 'exact' || method === 'evolve') {
    throw usageError(`--method ${method} is not available yet; use auto or exhaustive`);
  }
};

/** Reads the models and the space of each; a model that is named twice counts once. */
const load = async (paths: readonly string[], options: SweepOptions): Promise<Loaded> => {
  const say = options.quiet ? () => undefined : note;
  const file = options.space === undefined ? undefined : readSpaceFile(options.space);
  const own = options.config.length > 0 ? loadConfiguration(options.config) : undefined;
  own?.warnings.forEach((warning) => say(`warning: ${warning}`));
  const systems = chooseSystems(
    parseAcceleratorList(options.acceleratorConfig),
    {
      configuration: own,
      systemConfig: options.systemConfig,
      memoryMode: options.memoryMode,
      arenaCacheSize: options.arenaCacheSize,
    },
    file,
  );
  const added = checkOptions(
    (options.options ?? '')
      .split(',')
      .map((o) => o.trim())
      .filter((o) => o !== ''),
  );
  const models = new Map<string, SweepModel & ModelSource>();
  for (const path of paths) {
    const { model, network } = await loadModel(path);
    const sha256 = createHash('sha256').update(model.source).digest('hex');
    const known = models.get(network.name);
    if (known?.sha256 === sha256) continue;
    if (known !== undefined) {
      throw usageError(
        `${path} and ${known.path} are different models with the name ${network.name}; rename one of them`,
      );
    }
    const space = buildSpace(network, {
      systems,
      optimise: optimiseOf(options),
      options: added,
      ...(file === undefined ? {} : { file }),
    });
    models.set(network.name, { name: network.name, space, path, sha256 });
  }
  const list = [...models.values()];
  return {
    models: list.map(({ name, space }) => ({ name, space })),
    sources: list.map(({ path, sha256 }) => ({ path, sha256 })),
  };
};

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const spaceLine = ({ name, space }: SweepModel): string => {
  const { sites, groups, systems } = space;
  const parts = [
    `${plural(sites.length, 'site')} with a choice`,
    `${plural(groups.length, 'width group')} with a choice`,
    plural(systems.length, 'system'),
  ];
  return `${name}: ${countDesigns(space).toLocaleString('en-US')} designs in the space (${parts.join(', ')})`;
};

const spaceDetails = ({ sites, groups, systems }: Space): string[] => [
  ...sites.map(
    ({ site, options }) =>
      `  site ${site.operator}: ${site.kernelHeight}x${site.kernelWidth}, ${site.inputChannels} -> ` +
      `${site.outputChannels} channels: ${options.join(', ')}`,
  ),
  ...groups.map(
    ({ group, widths }) =>
      `  width group of operator ${group.operator}` +
      (group.operators.length > 1
        ? ` (with ${group.operators.filter((o) => o !== group.operator).join(', ')})`
        : '') +
      `: ${widths.join(', ')} channels`,
  ),
  ...systems.map(({ system }) => `  ${system.accelerator}, ${system.systemConfig}, ${system.memoryMode}`),
];

/** Aborts on the first Ctrl-C or termination request; the second ends the process at once. */
const onInterrupt = (say: (text: string) => void): { signal: AbortSignal; dispose: () => void } => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    say('\ninterrupted: keeping what is finished; once more ends at once');
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return { signal: controller.signal, dispose: () => void process.off('SIGINT', stop).off('SIGTERM', stop) };
};

const UNITS: Partial<Record<NumberColumn, readonly [divisor: number, unit: string]>> = {
  cycles_total: [1, 'cycles'],
  inference_ms: [1, 'ms'],
  sram_memory_used_bytes: [1024, 'KiB of SRAM'],
  external_total_bytes: [1024, 'KiB of external traffic'],
};

/** Which design comes nearest to the constraints, in a sentence. */
const unmetSentence = (result: Sweep, constraints: readonly Constraint[]): string => {
  const asked = constraints.map(({ option, text }) => `${option} ${text.split(' ')[0]!}`).join(' ');
  const row = result.nearest;
  if (row === undefined) return `no design was evaluated, so none meets ${asked}`;
  const study = result.studies[result.table.study[row]!]!;
  const id = designId(study.space, rowOf(study.designs, result.table.row[row]!));
  const misses = constraints.flatMap((constraint) => {
    const { column, text, kind } = constraint;
    const value = result.table.columns[column][row]!;
    if (excess(constraint, value) === 0) return [];
    const [divisor, unit] = UNITS[column] ?? [1, column.replaceAll('_', ' ')];
    const has = Number.isNaN(value)
      ? `an unknown ${unit}`
      : `${formatNumber(Math.ceil((1e3 * value) / divisor) / 1e3)} ${unit}`;
    return [`${has} (${kind === 'most' ? 'at most' : 'at least'} ${text} wanted)`];
  });
  return `no design meets ${asked}; the nearest is ${id} of ${study.model} with ${misses.join(' and ')}`;
};

const failureLines = (result: Sweep): string[] => {
  const all = result.studies.flatMap(({ model, space, designs, results }) =>
    [...results.failures].map(
      ([row, reason]) => `  ${model} ${designId(space, rowOf(designs, row))}: ${reason}`,
    ),
  );
  if (all.length === 0) return [];
  const shown = all.slice(0, 10);
  const rest = all.length - shown.length;
  return [
    `${plural(all.length, 'design')} could not be evaluated:`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest} more, listed in run.json`] : []),
  ];
};

const exitKind = (result: Sweep): keyof typeof EXIT_CODES | undefined => {
  if (result.interrupted) return 'interrupted';
  if (result.studies.some(({ results }) => results.failures.size > 0)) return 'partial';
  return result.ranking.table.count === 0 ? 'unmet' : undefined;
};

const dryRun = (models: readonly PlannedModel[], options: SweepOptions): void => {
  if (options.json) {
    printJson({
      schema: SWEEP_SCHEMA,
      dry_run: true,
      models: models.map((model) => ({
        name: model.name,
        space: describeSpace(model.space),
        would_evaluate: { designs: model.sample.designs.count, how: describeSample(model, options.limit) },
      })),
    });
    return;
  }
  for (const model of models) {
    const how = `would evaluate ${describeSample(model, options.limit)}`;
    print([spaceLine(model), ...spaceDetails(model.space), how].join('\n'));
  }
};

/**
 * Runs a sweep from the command line: prints, writes the files and sets the exit code.
 * @throws usage and input errors, before any file is written
 */
export async function runSweep(paths: readonly string[], options: SweepOptions): Promise<void> {
  const say = options.quiet ? () => undefined : note;
  checkMethod(options.method);
  const constraints = constraintsOf(options);
  const named = options.objectives === undefined ? undefined : parseObjectives(options.objectives);
  const started = performance.now();
  const { models, sources } = await load(paths, options);
  const unknown = models.map(({ space }) => unknownEnergy(space)).find((reason) => reason !== undefined);
  const objectives = named ?? defaultObjectives(unknown === undefined);
  const planned = planSweep(models, options.limit, options.seed);
  if (options.method === 'exhaustive' && planned.some(({ sample }) => sample.method === 'sample')) {
    throw usageError(`--method exhaustive needs --limit to be at least the number of designs in the space`);
  }
  if (options.dryRun) {
    dryRun(planned, options);
    return;
  }

  for (const model of planned) {
    say(spaceLine(model));
    if (model.sample.method === 'sample') say(`evaluating ${describeSample(model, options.limit)}`);
  }
  if (named === undefined && unknown !== undefined) {
    say(`note: parameters:max takes the place of retained energy, because ${unknown}; ${PARAMETERS_NOTE}`);
  }

  const jobs = options.jobs ?? availableParallelism();
  const total = planned.reduce((sum, { sample }) => sum + sample.designs.count, 0);
  const interrupt = onInterrupt(say);
  const progress = showProgress(total, 'designs', options.quiet !== true);
  const evaluating = performance.now();
  let result: Sweep;
  try {
    result = await sweep({
      models: planned,
      objectives,
      constraints,
      evaluate: { jobs, signal: interrupt.signal },
      onProgress: progress.update,
    });
  } finally {
    progress.stop();
    interrupt.dispose();
  }
  const seconds = {
    reading_seconds: (evaluating - started) / 1000,
    evaluating_and_ranking_seconds: (performance.now() - evaluating) / 1000,
  };
  const record = runRecord(result, {
    version: version(),
    sources,
    models: planned,
    objectives,
    objectivesChosen: named === undefined ? 'by default' : 'by the user',
    constraints,
    seed: options.seed,
    limit: options.limit,
    jobs,
    seconds,
  });
  const directory = options.outputDir ?? join('results', models.map(({ name }) => name).join('+'));
  const written = writeSweep(directory, result.ranking, record);
  report(result, { options, constraints, record, written: Object.values(written) });
}

interface ReportParts {
  readonly options: SweepOptions;
  readonly constraints: readonly Constraint[];
  readonly record: Record<string, unknown>;
  readonly written: readonly string[];
}

const report = (result: Sweep, { options, constraints, record, written }: ReportParts): void => {
  const { ranking, table } = result;
  const say = options.quiet ? () => undefined : note;
  const kind = exitKind(result);
  const error = kind === 'unmet' ? new ParetouError('unmet', unmetSentence(result, constraints)) : undefined;
  if (options.json) {
    printJson({
      ...record,
      front: rankingRows(ranking, ranking.frontSize),
      files: written,
      ...(error === undefined
        ? {}
        : { error: { kind: error.kind, message: error.message, exit_code: error.exitCode } }),
    });
  } else if (!options.quiet && ranking.table.count > 0) {
    const objectives = ranking.objectives.map(formatObjective).join(', ');
    print(
      [
        `Best of ${plural(ranking.table.count, 'design')} by ${objectives}; ${ranking.frontSize} on the front:`,
        frontTable(ranking),
        ...systemLines(ranking),
        ...(table.columns.predicted.includes(1)
          ? ['Some encoded sizes are predicted, because the weights of those layers are not known.']
          : []),
        '',
        ...written.map((path) => `wrote ${path}`),
      ].join('\n'),
    );
  }
  failureLines(result).forEach((line) => note(line));
  if (error !== undefined) note(`error: ${error.message}`);
  if (kind === 'interrupted') say(`interrupted: ${plural(table.count, 'design')} finished and written`);
  if (kind !== undefined) process.exitCode = EXIT_CODES[kind];
};
