import { grouped, wrap } from '../src/text.js';
import { reachedShare, type MethodOptions, type MethodRun } from './methods.js';
import { left, markdownTable, right } from './markdown.js';
import type { Machine } from './report.js';

const COLUMNS = [
  ...left('model'),
  ...right('designs'),
  ...left('method'),
  ...right('evaluated', 'front', 'hypervolume', 'to exact', 'reached', 'beyond', 'seconds', 'peak MB'),
];

/** What every method made of one model's space; the exact search first. */
export interface Comparison {
  readonly model: string;
  readonly runs: readonly MethodRun[];
}

/** `1.3e+24` for counts that no number holds exactly. */
const designsText = (count: number | string): string =>
  typeof count === 'number' && count < 1e9 ? grouped(count) : Number(count).toExponential(1);

const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)}%`;

const signed = (share: number): string => `${share > 0 ? '+' : ''}${percent(share, 3)}`;

const rowsOf = ({ model, runs }: Comparison): string[][] =>
  runs.map((run, i) => [
    i === 0 ? model : '',
    i === 0 ? designsText(run.designs) : '',
    run.method,
    grouped(run.evaluated),
    grouped(run.front.length),
    run.hypervolume.toFixed(6),
    i === 0 ? '' : signed(run.hypervolume / runs[0]!.hypervolume - 1),
    i === 0 ? '' : percent(reachedShare(runs[0]!.front, run.front), 1),
    i === 0 ? '' : percent(1 - reachedShare(run.front, runs[0]!.front), 1),
    run.seconds.toFixed(1),
    grouped(run.peakBytes / 1e6),
  ]);

const number = (value: unknown): string => (typeof value === 'number' ? grouped(value) : '?');

const epsilonOf = (value: unknown): string => (Number(value) === 0 ? '0' : Number(value).toFixed(4));

/** Epsilon for all designs, and for those that keep more retained where it differs. */
const epsilonText = (facts: MethodRun['facts']): string => {
  const all = epsilonOf(facts['epsilon']);
  const bands = (facts['epsilon_by_retained'] ?? []) as readonly {
    least_retained: number;
    epsilon: number;
  }[];
  const some = bands
    .map(({ least_retained, epsilon }) => ({ least_retained, text: epsilonOf(epsilon) }))
    .filter(({ text }) => text !== all)
    .map(({ least_retained, text }) => `, ${text} from retained ${least_retained}`);
  return `epsilon ${all}${some.join('')}`;
};

/** What the exact search says of its model and its front, in a sentence. */
const exactSentence = ({ model, runs }: Comparison): string => {
  const { facts, designs } = runs[0]!;
  return (
    `${model}: ${grouped(BigInt(designs))} designs; ${number(facts['table_states'])} states tabulated with ` +
    `${String(facts['table_encoded_sizes'])} encoded sizes; ${number(facts['additive_front_stayed'])} of ` +
    `${number(facts['additive_front_evaluated'])} designs judged on the front of the sums stayed on the front; ` +
    epsilonText(facts)
  );
};

/** The methods side by side, as Markdown. */
export function methodsReport(
  machine: Machine,
  { jobs, seconds, times = 1 }: Pick<MethodOptions, 'jobs' | 'seconds' | 'times'>,
  comparisons: readonly Comparison[],
): string {
  const asMuch = times === 1 ? 'the time' : `${times} times the time`;
  const budget = seconds === undefined ? `${asMuch} that the exact search took` : `${seconds} seconds`;
  return [
    wrap(
      'All sites standard or separable, eight widths per width group (0.25 to 1.125), Ethos-U55 and U65 (six ' +
        `accelerators); by cycles, SRAM bytes moved and retained weights; at least 0.001 of the weights retained; ${jobs} ${jobs === 1 ? 'job' : 'jobs'} on ${machine.cores} cores ` +
        `(${machine.processor}), Node ${machine.node}. Evolution and the sample were given ${budget}. ` +
        'Hypervolume: share of the box from the baseline on the slowest system to the ideal, and ' +
        'its difference to that of the exact search. Reached: share of the exact front that the method equals or ' +
        'beats; beyond: share of its own front that the exact front does not.',
    ),
    '',
    markdownTable(COLUMNS, comparisons.flatMap(rowsOf)),
    '',
    ...comparisons.map((comparison) => wrap(`- ${exactSentence(comparison)}`, '', '  ')),
  ].join('\n');
}
