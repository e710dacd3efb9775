import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { constraintsOf } from '../../search/constraints.js';
import { unknownEnergy } from '../../search/energy.js';
import { parseMethod } from '../../search/explore/choose.js';
import { defaultObjectives, parseObjectives } from '../../search/objectives.js';
import { writeSweep } from '../../search/output.js';
import { describeSpace, PARAMETERS_NOTE, runRecord, SWEEP_SCHEMA } from '../../search/run-record.js';
import { planSweep, sweep, type PlannedModel, type Sweep } from '../../search/sweep.js';
import { onInterrupt } from './interrupt.js';
import { showProgress } from './progress.js';
import { note, print, printJson } from './streams.js';
import { loadSweepModels, spaceDetails, spaceLine } from './sweep-models.js';
import { reportSweep } from './sweep-report.js';
import type { SweepOptions } from './sweep.js';
import { version } from './version.js';

const dryRun = (models: readonly PlannedModel[], options: SweepOptions): void => {
  if (options.json) {
    printJson({
      schema: SWEEP_SCHEMA,
      dry_run: true,
      models: models.map(({ name, space, choice }) => ({
        name,
        space: describeSpace(space),
        would_evaluate: {
          designs: choice.atMost,
          how: choice.plan,
          method: choice.name,
          why: choice.why,
        },
      })),
    });
    return;
  }
  for (const model of models) {
    const { name, why, plan } = model.choice;
    const how = `would evaluate ${plan} (method ${name}: ${why})`;
    print([spaceLine(model), ...spaceDetails(model.space), how].join('\n'));
  }
};

/**
 * Runs a sweep from the command line: prints, writes the files and sets the exit code.
 * @throws usage and input errors, before any file is written
 */
export async function runSweep(paths: readonly string[], options: SweepOptions): Promise<void> {
  const say = options.quiet ? () => undefined : note;
  const method = parseMethod(options.method);
  const constraints = constraintsOf(options);
  const named = options.objectives === undefined ? undefined : parseObjectives(options.objectives);
  const started = performance.now();
  const { models, sources } = await loadSweepModels(paths, options);
  const unknown = models.map(({ space }) => unknownEnergy(space)).find((reason) => reason !== undefined);
  const objectives = named ?? defaultObjectives(unknown === undefined);
  const planned = planSweep(models, objectives, options.limit, method);
  if (options.dryRun) {
    dryRun(planned, options);
    return;
  }

  for (const model of planned) {
    const { name, why, plan } = model.choice;
    say(spaceLine(model));
    if (name !== 'exhaustive') say(`evaluating ${plan} (method ${name}: ${why})`);
  }
  if (named === undefined && unknown !== undefined) {
    say(`note: parameters:max takes the place of retained energy, because ${unknown}; ${PARAMETERS_NOTE}`);
  }

  const jobs = options.jobs ?? availableParallelism();
  const total = planned.reduce((sum, { choice }) => sum + choice.atMost, 0);
  const interrupt = onInterrupt(say);
  const progress = showProgress(total, 'designs', options.quiet !== true);
  const evaluating = performance.now();
  let result: Sweep;
  try {
    result = await sweep({
      models: planned,
      objectives,
      constraints,
      seed: options.seed,
      ...(options.seconds !== undefined && { seconds: options.seconds }),
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
    method,
    limit: options.limit,
    timeBudget: options.seconds,
    jobs,
    seconds,
  });
  const directory = options.outputDir ?? join('results', models.map(({ name }) => name).join('+'));
  const written = writeSweep(directory, result.ranking, record);
  reportSweep(result, { options, constraints, record, written: Object.values(written) });
}
