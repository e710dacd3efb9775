import { createBreath } from '../../evaluate/breathe.js';
import { SEGMENT_FIGURE_COUNT, SEGMENT_FIGURES } from '../../evaluate/figures.js';
import { lossOf, UNKNOWN_LOSS } from '../../evaluate/loss.js';
import { METRIC_NAMES, METRICS, type FromWeights, type MetricName } from '../../metrics.js';
import type { Results } from '../../evaluate/session.js';
import type { Segment } from '../../evaluate/segments.js';
import { below, seededRandom } from '../../space/random.js';
import { designsOf, onSystem, rowOf, varyingRadices, type Designs, type Space } from '../../space/space.js';
import type { Applier } from '../../emit/apply.js';
import { digitsOfState, stateCount, stateOf } from './additive-model.js';
import { coveringDesigns } from './covering-designs.js';

const weightsOf = (name: MetricName): FromWeights => METRICS[name].source as FromWeights;

/** The metrics that weights decide and that combine over segments. */
const WEIGHT_COLUMNS = METRIC_NAMES.filter(
  (name) => METRICS[name].source.from === 'weights' && weightsOf(name).over !== undefined,
);

/** What is known of a segment in each of its states: the estimator's figures, then what the weights say. */
const SEGMENT_COLUMNS: readonly MetricName[] = [...SEGMENT_FIGURES, ...WEIGHT_COLUMNS];

const WIDTH = SEGMENT_COLUMNS.length;

/** Costs of the segments of a space on one system. */
export interface SegmentCosts {
  readonly system: number;
  readonly radices: readonly number[];
  readonly costs: readonly { readonly positions: readonly number[]; readonly values: Float64Array }[];
  /** States that no design could show, because none could be evaluated. */
  readonly missing: number;
}

/** A column of a segment's values: one number per state. */
export const segmentColumn = (values: Float64Array, column: MetricName): Float64Array => {
  const at = SEGMENT_COLUMNS.indexOf(column);
  return Float64Array.from({ length: values.length / WIDTH }, (_, state) => values[state * WIDTH + at]!);
};

/** True if what the layers retain is known in every state. */
export const retainedIsKnown = ({ costs }: SegmentCosts, column: MetricName): boolean =>
  costs.every(({ values }) => segmentColumn(values, column).every((loss) => loss < UNKNOWN_LOSS));

/** What the estimator says of the segments of some designs on one system. */
export interface Observations {
  readonly designs: Designs;
  /** Rows of segment figures. */
  readonly results: Results;
}

/** Designs on one system that show every state of every segment `times` times, in different company. */
export const tableDesigns = (
  space: Space,
  scopes: readonly (readonly number[])[],
  system: number,
  times: number,
): Designs => {
  const radices = varyingRadices(space);
  const rng = seededRandom(times);
  const random = (limit: number): number => below(rng, limit);
  const rows = Array.from({ length: times }, () => coveringDesigns(radices, scopes, random)).flat();
  return designsOf(
    rows.map((row) => onSystem(row, system)),
    radices.length + 1,
  );
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
      const weights = applier.operatorWeights(operator, digits);
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
  observations: readonly Observations[],
  applier: Applier,
): Promise<SegmentCosts> => {
  const radices = varyingRadices(space);
  let missing = 0;
  const costs: SegmentCosts['costs'][number][] = [];
  for (const [s, { operators }] of segments.entries()) {
    const own = positions[s]!;
    const count = stateCount(own, radices);
    const values = new Float64Array(count * WIDTH);
    const seen = new Uint32Array(count);
    for (const { designs, results } of observations) {
      for (let row = 0; row < designs.count; row++) {
        if (results.known[row] === 0) continue;
        const state = stateOf(own, radices, rowOf(designs, row));
        seen[state]!++;
        const from = row * results.width + s * SEGMENT_FIGURE_COUNT;
        for (let j = 0; j < SEGMENT_FIGURE_COUNT; j++) {
          values[state * WIDTH + j]! += results.figures[from + j]!;
        }
      }
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
