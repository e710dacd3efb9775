import { metricsAt, type Table } from '../../search/rank/table.js';
import { constraintSettings, type Constraint } from '../../search/rank/constraints.js';
import { designId } from '../../search/space/changes.js';
import { AGREEMENT_NOTE, RETAINED_NOTE } from '../../search/emit/retained-weights.js';
import { plotOfRanking } from '../../search/report/front-plot.js';
import { frontSketch } from '../../search/report/front-sketch.js';
import { frontTable, systemLines } from '../../search/report/front-table.js';
import { formatObjective } from '../../search/rank/objectives.js';
import { STOPPED_TEXTS } from '../../search/explore/explorer.js';
import { constraintsText, missesOf } from '../../search/report/amounts.js';
import { rankingRows } from '../../search/report/ranking-csv.js';
import type { Stopped } from '../../search/explore/explorer.js';
import { countDesigns, rowOf, type Space } from '../../search/space/space.js';
import type { Sweep } from '../../search/explore/sweep.js';
import { EXIT_CODES, ParetouError } from '../errors.js';
import { grouped, plural, wrap } from '../text.js';
import type { CommonOptions } from './options.js';
import { plotted, type PlotOptions } from './plot.js';
import { messageWithFlags } from './setting-flags.js';
import { placementLines, type Placements } from './placements.js';
import { note, print, printJson, speaker } from './streams.js';

/** Which design comes nearest to the constraints, in a sentence. */
const unmetSentence = (result: Sweep, constraints: readonly Constraint[]): string => {
  const asked = constraintsText(constraints);
  const row = result.nearest;
  if (row === undefined) return 'no design was evaluated in the time that --seconds allows; allow more';
  const study = result.studies[result.table.study[row]!]!;
  const id = designId(study.space, rowOf(study.designs, result.table.row[row]!));
  const misses = missesOf(metricsAt(result.table, row), constraints);
  return `no design has ${asked}; the nearest is ${id} of ${study.model}, with ${misses.join(' and ')}`;
};

/** The designs that could not be evaluated, the first of them with the reasons. */
export const failureLines = ({ studies }: Pick<Sweep, 'studies'>): string[] => {
  const all = studies.flatMap(({ model, space, designs, results }) =>
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

/** What the explorers have to say, with the model's name where there are several. */
const explorerLines = ({ studies, explorations }: Sweep): string[] =>
  explorations.flatMap(({ lines }, i) =>
    lines.map((line) => (studies.length > 1 ? `${studies[i]!.model}: ${line}` : line)),
  );

/** What there is to say of the models, with their names where there are several. */
const networkLines = ({ studies, table }: Sweep, placements: readonly Placements[]): string[] => [
  ...placements.flatMap((each, i) => {
    const lines = placementLines(each);
    return lines.length > 0 && studies.length > 1 ? [`${studies[i]!.model}:`, ...lines] : [...lines];
  }),
  ...studies.flatMap(({ model }, study) => differingCpu(table, study, model)),
];

/** Designs with more on the CPU seem faster than they are. */
const differingCpu = ({ columns, study, count }: Table, wanted: number, model: string): string[] => {
  let [least, most] = [Infinity, 0];
  for (let row = 0; row < count; row++) {
    if (study[row] !== wanted) continue;
    least = Math.min(least, columns.cpu_operators[row]!);
    most = Math.max(most, columns.cpu_operators[row]!);
  }
  if (least >= most) return [];
  return [
    wrap(
      `note: from ${least} to ${most} operators of the designs of ${model} run on the CPU (cpu_operators in ` +
        `ranking.csv); only designs with as many can be compared by their cycles`,
    ),
  ];
};

const ranked = ({ rankings }: Sweep): number => rankings.reduce((sum, { table }) => sum + table.count, 0);

/** What the best were chosen from: `12 designs`, or `4 of 81 designs, when the time was up,`. */
const choiceText = (count: number, space: Space, stopped: Stopped | undefined): string => {
  if (stopped === undefined) return plural(count, 'design');
  return `${grouped(count)} of ${countDesigns(space).toLocaleString('en-US')} designs, when ${STOPPED_TEXTS[stopped]},`;
};

const UNKNOWN_NOTE = 'Some encoded sizes are predicted, because the weights of those layers are not known.';
const FITTED_NOTE =
  'Encoded sizes of designs that were not measured are those of weights that are not fitted: they may change a little.';

/** The best designs of a model, as a table with its heading. */
const modelLines = (result: Sweep, i: number, options: PlotOptions): string[] => {
  const ranking = result.rankings[i]!;
  const { model, space } = result.studies[i]!;
  const { stopped } = result.explorations[i]!;
  const objectives = ranking.objectives.map(formatObjective).join(', ');
  const from = choiceText(ranking.table.count, space, stopped);
  const systems = space.systems.length > 1 ? ', all systems together' : '';
  const front = `on the front${stopped === undefined ? '' : ' of these'}${systems}`;
  return [
    wrap(
      `Best of ${from} ${result.studies.length > 1 ? `of ${model} ` : ''}by ${objectives}; ${ranking.frontSize} ${front}:`,
    ),
    frontTable(ranking),
    ...plotted(options, [ranking], (each, axes) => frontSketch(plotOfRanking(each, axes))),
  ];
};

const exitKind = (result: Sweep): keyof typeof EXIT_CODES | undefined => {
  if (result.interrupted) return 'interrupted';
  if (result.studies.some(({ results }) => results.failures.size > 0)) return 'partial';
  return ranked(result) === 0 ? 'unmet' : undefined;
};

/** What the report of a sweep needs besides its result. */
export interface ReportParts {
  readonly options: CommonOptions & PlotOptions;
  readonly constraints: readonly Constraint[];
  readonly record: Record<string, unknown>;
  readonly written: readonly string[];
  /** What there is to say of each model. */
  readonly placements: readonly Placements[];
}

/** Prints a finished sweep and sets the exit code. */
export const reportSweep = (
  result: Sweep,
  { options, constraints, record, written, placements }: ReportParts,
): void => {
  const { rankings, studies, table } = result;
  const count = ranked(result);
  const say = speaker(options);
  const kind = exitKind(result);
  const error =
    kind === 'unmet'
      ? new ParetouError('unmet', unmetSentence(result, constraints), {
          settings: result.nearest === undefined ? [] : constraintSettings(constraints),
        })
      : undefined;
  if (options.json) {
    printJson({
      ...record,
      front: rankings.flatMap((ranking) => rankingRows(ranking, ranking.frontSize)),
      files: written,
      ...(error === undefined
        ? {}
        : { error: { kind: error.kind, message: messageWithFlags(error), exit_code: error.exitCode } }),
    });
  } else if (!options.quiet && count > 0) {
    print(
      [
        ...studies
          .flatMap((_, i) => (rankings[i]!.table.count === 0 ? [] : ['', ...modelLines(result, i, options)]))
          .slice(1),
        wrap(RETAINED_NOTE),
        ...(table.columns.agreement.some((value) => !Number.isNaN(value)) ? [wrap(AGREEMENT_NOTE)] : []),
        ...systemLines(studies),
        ...networkLines(result, placements),
        ...(table.columns.predicted.includes(1)
          ? [wrap(table.columns.output_noise.some((value) => value > 0) ? FITTED_NOTE : UNKNOWN_NOTE)]
          : []),
        ...explorerLines(result),
        '',
        ...written.map((path) => `wrote ${path}`),
      ].join('\n'),
    );
  }
  if (count === 0) explorerLines(result).forEach(say);
  failureLines(result).forEach((line) => note(line));
  if (error !== undefined) note(`error: ${messageWithFlags(error)}`);
  if (kind === 'interrupted') say(`interrupted: ${plural(table.count, 'design')} finished and written`);
  if (kind !== undefined) process.exitCode = EXIT_CODES[kind];
};
