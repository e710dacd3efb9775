import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { createBreath } from '../../evaluate/breathe.js';
import { SEGMENT_FIGURE_COUNT, SEGMENT_FIGURES } from '../../evaluate/figures.js';
import { METRIC_NAMES, METRICS, type FromWeights, type MetricName } from '../../metrics.js';
import type { Results } from '../../evaluate/session.js';
import type { Segment } from '../../evaluate/segments.js';
import { seededRandom } from '../../space/random.js';
import { radicesOf, type Designs, type Space } from '../../space/space.js';
import type { Applier } from '../../emit/apply.js';
import { digitsOfState, stateCount, stateOf } from './additive-model.js';
import { coveringDesigns } from './covering-designs.js';

const weightsOf = (name: MetricName): FromWeights => METRICS[name].source as FromWeights;

/** The metrics that weights decide and that combine over segments. */
const WEIGHT_COLUMNS = METRIC_NAMES.filter(
  (name) => METRICS[name].source.from === 'weights' && weightsOf(name).over !== undefined,
);

/** What is known of a segment in each of its states: the estimator's figures, then what the weights say. */
export const SEGMENT_COLUMNS: readonly MetricName[] = [...SEGMENT_FIGURES, ...WEIGHT_COLUMNS];
export type SegmentColumn = MetricName;

const WIDTH = SEGMENT_COLUMNS.length;

/** Loss of a layer whose retained weights is not known: worse than any other. */
const UNKNOWN_LOSS = 1e6;

/** Costs of the segments of a space on one system. */
export interface SegmentCosts {
  readonly system: number;
  readonly radices: readonly number[];
  readonly costs: readonly { readonly positions: readonly number[]; readonly values: Float64Array }[];
  /** States that no design could show, because none could be evaluated. */
  readonly missing: number;
}

/** A column of a segment's values: one number per state. */
export const segmentColumn = (values: Float64Array, column: SegmentColumn): Float64Array => {
  const at = SEGMENT_COLUMNS.indexOf(column);
  return Float64Array.from({ length: values.length / WIDTH }, (_, state) => values[state * WIDTH + at]!);
};

/** −ln of a retained weights: what layers lose adds up. */
export const lossOf = (retained: number): number =>
  Number.isNaN(retained) ? UNKNOWN_LOSS : Math.max(0, -Math.log(Math.max(retained, 1e-300)));

/** What the estimator says of the segments of some designs on one system. */
export interface Observations {
  readonly designs: Designs;
  /** Rows of segment figures. */
  readonly results: Results;
}

/** Observations of both, one after the other. */
export const joinObservations = (a: Observations, b: Observations): Observations => {
  const join = <T extends Float64Array | Uint16Array | Uint8Array>(x: T, y: T, to: T): T => {
    to.set(x);
    to.set(y, x.length);
    return to;
  };
  const [x, y] = [a.results, b.results];
  const digits = join(
    a.designs.digits,
    b.designs.digits,
    new Uint16Array(a.designs.digits.length + b.designs.digits.length),
  );
  return {
    designs: { ...a.designs, count: a.designs.count + b.designs.count, digits },
    results: {
      figures: join(x.figures, y.figures, new Float64Array(x.figures.length + y.figures.length)),
      width: Math.max(x.width, y.width),
      known: join(x.known, y.known, new Uint8Array(x.known.length + y.known.length)),
      failures: new Map([
        ...x.failures,
        ...[...y.failures].map(([row, why]) => [row + a.designs.count, why] as const),
      ]),
      interrupted: x.interrupted || y.interrupted,
    },
  };
};

/** Designs on one system that show every state of every segment `times` times, in different company. */
export const tableDesigns = (
  space: Space,
  scopes: readonly (readonly number[])[],
  system: number,
  times: number,
): Designs => {
  const radices = radicesOf(space).slice(0, -1);
  const rng = seededRandom(times);
  const random = (below: number): number => (below <= 1 ? 0 : uniformInt(rng, 0, below - 1));
  const rows = Array.from({ length: times }, () => coveringDesigns(radices, scopes, random)).flat();
  const width = radices.length + 1;
  const digits = new Uint16Array(rows.length * width);
  rows.forEach((row, i) => {
    digits.set(row, i * width);
    digits[(i + 1) * width - 1] = system;
  });
  return { count: rows.length, width, digits };
};

/** Writes what the weights say in every state; it depends on the segment's operators alone. */
const addWeightColumns = async (
  values: Float64Array,
  operators: readonly number[],
  positions: readonly number[],
  radices: readonly number[],
  applier: Applier,
): Promise<void> => {
  const breathe = createBreath();
  const digits = new Uint16Array(radices.length + 1);
  for (let state = 0; state < values.length / WIDTH; state++) {
    digitsOfState(positions, radices, state).forEach((digit, i) => (digits[positions[i]!] = digit));
    for (const operator of operators) {
      await breathe();
      const weights = {
        parameters: applier.operatorParameters(operator, digits),
        retained: applier.operatorRetained(operator, digits),
      };
      WEIGHT_COLUMNS.forEach((name, i) => {
        const { read, over } = weightsOf(name);
        const value = read(weights);
        // What multiplies is kept as a sum of logarithms.
        values[state * WIDTH + SEGMENT_FIGURE_COUNT + i]! += over === 'product' ? lossOf(value) : value;
      });
    }
  }
};

/**
 * The table of a system: for every segment and state, the mean of what the designs say that show it (choices
 * elsewhere change a segment's figures a little, by what its neighbours leave it of time and memory).
 *
 * @param positions the digits by which each segment is tabulated: its own, perhaps with others
 */
export const tabulateSegments = async (
  space: Space,
  system: number,
  segments: readonly Segment[],
  positions: readonly (readonly number[])[],
  { designs, results }: Observations,
  applier: Applier,
): Promise<SegmentCosts> => {
  const radices = radicesOf(space).slice(0, -1);
  let missing = 0;
  const costs: SegmentCosts['costs'][number][] = [];
  for (const [s, { operators }] of segments.entries()) {
    const own = positions[s]!;
    const count = stateCount(own, radices);
    const values = new Float64Array(count * WIDTH);
    const seen = new Uint32Array(count);
    for (let row = 0; row < designs.count; row++) {
      if (results.known[row] === 0) continue;
      const state = stateOf(own, radices, designs.digits.subarray(row * designs.width));
      seen[state]!++;
      const from = row * results.width + s * SEGMENT_FIGURE_COUNT;
      for (let j = 0; j < SEGMENT_FIGURE_COUNT; j++) values[state * WIDTH + j]! += results.figures[from + j]!;
    }
    for (let state = 0; state < count; state++) {
      if (seen[state] === 0) missing++;
      for (let j = 0; j < SEGMENT_FIGURE_COUNT; j++) {
        const at = state * WIDTH + j;
        values[at] = seen[state] === 0 ? Infinity : Math.round(values[at]! / seen[state]!);
      }
    }
    await addWeightColumns(values, operators, own, radices, applier);
    costs.push({ positions: own, values });
  }
  return { system, radices, costs, missing };
};
