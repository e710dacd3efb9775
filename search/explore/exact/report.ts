import { grouped } from '../../../src/text.js';
import { countDesigns } from '../../space/space.js';
import type { Values } from '../../substitute/substitution.js';
import type { ExploreRequest, Stopped } from '../explorer.js';
import type { SegmentCosts } from './segment-costs.js';
import type { Verifier } from './verifier.js';
import { BAND, type SystemSearch } from './system-search.js';
import { stoppedFacts } from '../evaluate-designs.js';

/** What an exact search has to tell. */
export interface ExactReport {
  readonly request: ExploreRequest;
  /** Undefined if the search was interrupted before the tables were made. */
  readonly tabulated: { readonly tables: readonly SegmentCosts[]; readonly designs: number } | undefined;
  /** Whether the tables rest on encoded weights or on predicted sizes. */
  readonly values: Values;
  readonly searches: readonly SystemSearch[];
  readonly verifier: Verifier;
  /** Designs of the additive fronts that were judged, as keys of their rows. */
  readonly front: readonly Uint16Array[];
  /** By retained weights: for designs above the first of the shares given, above the second, …, and for all. */
  readonly epsilons: readonly number[];
  readonly shares: readonly number[];
  /** The front of the sums is known. */
  readonly solved: boolean;
  /** True if every design within the error band was judged, or none was left. */
  readonly complete: boolean;
  /** Every design that differs in one choice from one on the front was evaluated. */
  readonly closed: boolean;
  readonly stopped: Stopped | undefined;
  readonly started: number;
  /** Designs that retain less of their weights were not looked for; undefined for none. */
  readonly floor: number | undefined;
}

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
const frontOf = ({ front, verifier }: ExactReport): { readonly all: number; readonly stayed: number } => {
  const numbers = verifier.onFront;
  const rows = new Set(numbers.map((i) => verifier.judged.rows.row(i).join()));
  return { all: numbers.length, stayed: front.filter((row) => rows.has(row.join())).length };
};

const exactCount = (count: bigint): number | string =>
  count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : count.toString();

const statesOf = ({ tabulated }: ExactReport): number =>
  (tabulated?.tables ?? [])
    .flatMap(({ costs, radices }) =>
      costs.map(({ positions }) => positions.reduce((n, position) => n * radices[position]!, 1)),
    )
    .reduce((sum, states) => sum + states, 0);

/** What `run.json` records of an exact search. */
export const exactFacts = (
  report: ExactReport,
): { readonly method: string; readonly [key: string]: unknown } => {
  const { request, tabulated, values, searches, verifier, front, epsilons, shares, complete } = report;
  const { solved, stopped } = report;
  const total = countDesigns(request.space);
  const { all, stayed } = frontOf(report);
  return {
    method: 'exact',
    designs_in_space: exactCount(total),
    designs_considered: solved ? exactCount(total) : 0,
    table_states: statesOf(report),
    table_designs: tabulated?.designs ?? 0,
    table_encoded_sizes: values === 'known' ? 'exact' : 'predicted',
    states_without_figures: (tabulated?.tables ?? []).reduce((sum, { missing }) => sum + missing, 0),
    additive_front: searches.reduce((sum, { solution }) => sum + (solution?.count ?? 0), 0),
    additive_front_evaluated: front.length,
    additive_front_stayed: stayed,
    evaluated: verifier.judged.count,
    evaluated_and_covered: verifier.screened,
    front_closed: report.closed,
    front: all,
    least_retained: report.floor ?? 0,
    epsilon: epsilons.at(-1) ?? null,
    epsilon_by_retained: shares.map((retained, band) => ({
      least_retained: retained,
      epsilon: epsilons[band],
    })),
    error_band_evaluated: complete ? 'whole' : 'nearest',
    possible_improvement: complete ? [] : gapsOf(report),
    additive_errors: errorsOf(searches),
    ...stoppedFacts(stopped),
  };
};

const percent = (share: number): string => (share === 0 ? '0 %' : `${(100 * share).toPrecision(2)} %`);

const shown = (epsilon: number): string => (epsilon === 0 ? '0' : epsilon.toFixed(4));

/** `epsilon 0`, or one per share of retained weights: the error that is guaranteed for designs that keep at least so much. */
const epsilonText = ({ epsilons, shares }: ExactReport): string => {
  const all = `epsilon ${shown(epsilons.at(-1) ?? 0)}`;
  const first = epsilons[0] ?? 0;
  return shares.length === 0 || first === epsilons.at(-1)
    ? all
    : `${all}, ${shown(first)} where at least ${percent(shares[0]!)} of the weights is kept`;
};

const EARLY: Readonly<Record<Stopped, string>> = {
  time: 'the time was up',
  interrupted: 'it was interrupted',
};

/** By how much a design that was not evaluated may be better, per objective: by the errors and by what was thinned. */
const gapsOf = ({ searches, epsilons, request }: ExactReport): string[] =>
  errorsOf(searches)
    .slice(0, request.objectives.length)
    .map(({ column, largest }) => ({ column, gap: BAND * largest + (epsilons.at(-1) ?? 0) }))
    .filter(({ gap }) => gap > 0)
    .map(({ column, gap }) => `at most ${percent(gap)} in ${column}`);

const betterBy = (gaps: readonly string[]): string =>
  gaps.length === 0
    ? ''
    : ` by ${gaps.join(', ')}, if its sums are no further off than ${BAND} times the errors seen`;

/** The lines that end a run: how far the sums were, and what was considered. */
export const boundLines = (report: ExactReport): string[] => {
  const { request, tabulated, values, searches, verifier, front, complete, started, solved, stopped, floor } =
    report;
  if (tabulated === undefined) return ['exact: interrupted before the table of costs was complete'];
  if (!solved) return ['exact: interrupted before the front of the sums was known'];
  const total = countDesigns(request.space);
  const { all, stayed } = frontOf(report);
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
      (stopped === undefined ? '' : `; ${EARLY[stopped]} before all that may be on it were`),
    ...(verifier.screened === 0
      ? []
      : [
          `${grouped(verifier.screened)} designs evaluated that differ in one choice from one on the front` +
            (report.closed ? ': all there are' : ', of more'),
        ]),
    complete
      ? `no other design can be on the front, unless its sums are further off than ${BAND} times the errors seen`
      : `another design may be better${betterBy(gapsOf(report))}`,
    `bound: ${grouped(total)} designs in the space, all compared by their sums; ` +
      `front${stopped === undefined ? '' : ' so far'} ${grouped(all)}; ` +
      `${epsilonText(report)}; ${seconds} s`,
  ];
};
