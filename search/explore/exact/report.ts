import { grouped } from '../../../src/text.js';
import { countDesigns, exactCount } from '../../space/space.js';
import type { Values } from '../../substitute/substitution.js';
import { stoppedFacts } from '../evaluate-designs.js';
import { STOPPED_TEXTS, type ExploreRequest, type Stopped } from '../explorer.js';
import { stateCount } from './additive-model.js';
import type { Dimension } from './dimensions.js';
import type { SystemSearch } from './system-search.js';
import type { Tables } from './tabulate.js';
import { RETAINED_BANDS, TUNING } from './tuning.js';
import type { Verifier } from './verifier.js';

/** What an exact search has to tell however far it came. */
export interface ExactReport {
  readonly request: ExploreRequest;
  readonly started: number;
  readonly dimensions: readonly Dimension[];
  /** Whether the tables rest on encoded weights or on predicted sizes. */
  readonly values: Values;
  /** Without tables if the search was interrupted before they were made. */
  readonly tabulated: Tables;
  /** Designs that retain less of their weights were not looked for; undefined for none. */
  readonly floor: number | undefined;
  readonly searches: readonly SystemSearch[];
  readonly verifier: Verifier;
  readonly stopped: Stopped | undefined;
}

/** What came of the front of the sums. */
export interface Outcome {
  /** Designs of the additive fronts that were judged. */
  readonly front: readonly Uint16Array[];
  /** For designs that retain more than each of `RETAINED_BANDS`, if these are told apart, and for all; empty if it is not known. */
  readonly epsilons: readonly number[];
  /** Every design within the error band was judged, or none was left. */
  readonly complete: boolean;
  /** Every design that differs in one choice from one on the front was evaluated. */
  readonly closed: boolean;
}

/** Of a search that was interrupted before. */
export const UNSOLVED: Outcome = { front: [], epsilons: [], complete: false, closed: false };

/** The least share of its weights that a design had to retain, by the floor or by a constraint; 0 for any. */
const leastRetained = ({ request, dimensions, floor }: ExactReport): number => {
  const kept = dimensions.find(({ form }) => form.product)?.form.base;
  return floor ?? request.constraints.find(({ column }) => column === kept)?.bound ?? 0;
};

/** How far the sums were from the full estimator, over all systems. */
interface ModelError {
  readonly column: string;
  /** Mean and largest |error| relative to the true value. */
  readonly mean: number;
  readonly largest: number;
}

const errorsOf = (searches: readonly SystemSearch[]): ModelError[] =>
  (searches[0]?.dimensions ?? []).map(({ column }, j) => {
    const spreads = searches.map((search) => search.spreads[j]!);
    const count = spreads.reduce((sum, s) => sum + s.count, 0);
    return {
      column,
      mean: count === 0 ? 0 : spreads.reduce((sum, s) => sum + s.relative, 0) / count,
      largest: Math.max(0, ...spreads.map((s) => s.worst)),
    };
  });

/** Designs on the front by the full estimator: all of them, and those that the sums put there as well. */
const frontOf = (
  { verifier }: ExactReport,
  { front }: Outcome,
): { readonly all: number; readonly stayed: number } => {
  const numbers = verifier.onFront;
  const rows = new Set(numbers.map((i) => verifier.judged.rows.row(i).join()));
  return { all: numbers.length, stayed: front.filter((row) => rows.has(row.join())).length };
};

const statesOf = ({ tabulated: { tables } }: ExactReport): number =>
  tables
    .flatMap(({ costs, radices }) => costs.map(({ positions }) => stateCount(positions, radices)))
    .reduce((sum, states) => sum + states, 0);

/** What `run.json` records of an exact search. */
export const exactFacts = (
  report: ExactReport,
  outcome: Outcome,
): { readonly method: string; readonly [key: string]: unknown } => {
  const { request, tabulated, values, searches, verifier, stopped } = report;
  const { front, epsilons, complete, closed } = outcome;
  const total = exactCount(countDesigns(request.space));
  const { all, stayed } = frontOf(report, outcome);
  return {
    method: 'exact',
    designs_in_space: total,
    designs_considered: epsilons.length > 0 ? total : 0,
    table_states: statesOf(report),
    table_designs: tabulated.designs,
    table_encoded_sizes: values === 'known' ? 'exact' : 'predicted',
    states_without_figures: tabulated.tables.reduce((sum, { missing }) => sum + missing, 0),
    additive_front: searches.reduce((sum, { solution }) => sum + (solution?.count ?? 0), 0),
    additive_front_evaluated: front.length,
    additive_front_stayed: stayed,
    evaluated: verifier.judged.count,
    evaluated_and_covered: verifier.screened,
    front_closed: closed,
    front: all,
    least_retained: leastRetained(report),
    epsilon: epsilons.at(-1) ?? null,
    epsilon_by_retained: epsilons
      .slice(0, -1)
      .map((epsilon, band) => ({ least_retained: RETAINED_BANDS[band], epsilon })),
    error_band_evaluated: complete ? 'whole' : 'nearest',
    possible_improvement: complete ? [] : gapsOf(report, outcome),
    additive_errors: errorsOf(searches),
    ...stoppedFacts(stopped),
  };
};

const percent = (share: number): string => (share === 0 ? '0 %' : `${(100 * share).toPrecision(2)} %`);

const shown = (epsilon: number): string => (epsilon === 0 ? '0' : epsilon.toFixed(4));

/** `epsilon 0`, or one per share of retained weights: the error that is guaranteed for designs that keep at least so much. */
const epsilonText = ({ epsilons }: Outcome): string => {
  const [first, last] = [epsilons[0]!, epsilons.at(-1)!];
  const all = `epsilon ${shown(last)}`;
  return first === last
    ? all
    : `${all}, ${shown(first)} where at least ${percent(RETAINED_BANDS[0]!)} of the weights is kept`;
};

/** By how much a design that was not evaluated may be better, per objective: by the errors and by what was thinned. */
const gapsOf = ({ searches, request }: ExactReport, { epsilons }: Outcome): string[] =>
  errorsOf(searches)
    .slice(0, request.objectives.length)
    .map(({ column, largest }) => ({ column, gap: TUNING.band * largest + (epsilons.at(-1) ?? 0) }))
    .filter(({ gap }) => gap > 0)
    .map(({ column, gap }) => `at most ${percent(gap)} in ${column}`);

const betterBy = (gaps: readonly string[]): string =>
  gaps.length === 0
    ? ''
    : ` by ${gaps.join(', ')}, if its sums are no further off than ${TUNING.band} times the errors seen`;

/** The lines that end a run: how far the sums were, and what was considered. */
export const boundLines = (report: ExactReport, outcome: Outcome): string[] => {
  const { request, tabulated, values, searches, verifier, started, stopped, floor } = report;
  const { front, epsilons, complete, closed } = outcome;
  if (tabulated.tables.length === 0) return ['exact: interrupted before the table of costs was complete'];
  if (epsilons.length === 0) return ['exact: interrupted before the front of the sums was known'];
  const total = countDesigns(request.space);
  const { all, stayed } = frontOf(report, outcome);
  const errors = errorsOf(searches)
    .filter(({ largest }) => largest > 0)
    .map(({ column, mean, largest }) => `${column} ${percent(mean)} (at most ${percent(largest)})`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return [
    `sums over ${grouped(statesOf(report))} states of operators, tabulated from ${grouped(tabulated.designs)} designs ` +
      `with ${values === 'known' ? 'exact' : 'predicted'} encoded sizes`,
    `the sums differ from the full estimate by ` +
      (errors.length === 0 ? 'nothing' : `${errors.join(', ')} on average`),
    `${grouped(stayed)} of the ${grouped(front.length)} designs on the front of the sums stayed on the front`,
    ...(floor === undefined
      ? []
      : [`designs that retain less than ${percent(floor)} of their weights were not looked for`]),
    `${grouped(verifier.judged.count)} designs evaluated in full, nearest to the front first` +
      (stopped === undefined ? '' : `; ${STOPPED_TEXTS[stopped]} before all that may be on it were`),
    ...(verifier.screened === 0
      ? []
      : [
          `${grouped(verifier.screened)} designs evaluated that differ in one choice from one on the front` +
            (closed ? ': all there are' : ', of more'),
        ]),
    complete
      ? `no other design can be on the front, unless its sums are further off than ${TUNING.band} times the errors seen`
      : `another design may be better${betterBy(gapsOf(report, outcome))}`,
    `bound: ${grouped(total)} designs in the space, all compared by their sums; ` +
      `front${stopped === undefined ? '' : ' so far'} ${grouped(all)}; ` +
      `${epsilonText(outcome)}; ${seconds} s`,
  ];
};
