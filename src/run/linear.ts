import { layOut, memoryBuffer, multiply, requantise } from './engine/engine.js';
import { CHANNEL_STEP_BYTES, COLUMNS, ROWS, STEP_BYTES } from './engine/products.js';
import { FACTOR_BYTES, factorWords, type Rounding } from './engine/requantisations.js';
import { packChannels, packColumns } from './matrix.js';
import type { Multiplier } from './multiplier.js';
import type { Values } from './values.js';

/** How an input of one sample is read: as rows of segments of values. */
export interface Rows {
  /** Values that the rows are taken from: `fill` writes those of a sample. */
  readonly size: number;
  readonly fill: (target: Int16Array, input: Values, sample: number) => void;
  /** Where each row starts, … */
  readonly starts: Int32Array;
  /** … and from there its segments, of `length` values each. */
  readonly segments: Int32Array;
  readonly length: number;
}

/** What rows become: products with columns, plus a bias, scaled and limited. */
export interface Columns {
  readonly count: number;
  /** Each column has a weight for every value of a row, or only for its own value of every segment. */
  readonly each: 'row' | 'channel';
  /** Column after column as long as a row; of channels, segment after segment. */
  readonly weights: Int16Array;
  readonly bias: Int32Array | undefined;
  /** One per column. */
  readonly factors: readonly Multiplier[];
  readonly rounding: Rounding;
  readonly zeroPoint: number;
  readonly range: readonly [least: number, greatest: number];
}

/** Bytes that inputs and sums of one round may take: about half of a second level of cache. */
const ROUND_BYTES = 512 * 1024;

/** A product of rows and columns ready to run: writes all samples' results to `output`. */
export type Linear = (input: Values, output: Int8Array | Uint8Array, samples: number) => void;

/** Lays out what does not depend on the samples. */
export const prepareLinear = (rows: Rows, columns: Columns): Linear => {
  const { starts, segments } = rows;
  const { count, each, factors, rounding, weights } = columns;
  const isChannelwise = each === 'channel';
  const packed = isChannelwise
    ? packChannels(weights, count, segments.length)
    : packColumns(weights, count, segments.length, rows.length);
  const kind = isChannelwise ? 'multiplyChannels' : 'multiply';
  const panels = Math.ceil(count / COLUMNS);
  const panelBytes = (2 * packed.length) / panels;
  const biases = new Int32Array(panels * COLUMNS);
  if (columns.bias) biases.set(columns.bias);
  const words = Int32Array.from(factors.flatMap((factor) => factorWords(factor, rounding)));
  const offsets = segments.map((start) => 2 * start);
  const resultStride = 4 * COLUMNS * panels;
  const outputSize = starts.length * count;
  const sampleBytes = 2 * rows.size + starts.length * (resultStride + count + 4);
  const round = Math.max(1, Math.floor(ROUND_BYTES / sampleBytes));
  const blocksOf = (samples: number): number => Math.ceil((samples * starts.length) / ROWS);

  return (input, output, samples) => {
    const most = Math.min(round, samples);
    const [blockAt, segmentAt, biasAt, factorAt, weightAt, inputAt, sumAt, outputAt] = layOut(
      4 * ROWS * blocksOf(most),
      4 * offsets.length,
      4 * biases.length,
      FACTOR_BYTES * count,
      2 * packed.length,
      // The last segments are read in steps, too.
      2 * most * rows.size + STEP_BYTES,
      resultStride * ROWS * blocksOf(most),
      most * outputSize,
    );
    const buffer = memoryBuffer();
    new Int32Array(buffer, segmentAt, offsets.length).set(offsets);
    new Int32Array(buffer, biasAt, biases.length).set(biases);
    new Int32Array(buffer, factorAt, words.length).set(words);
    new Int16Array(buffer, weightAt, packed.length).set(packed);
    const addresses = new Int32Array(buffer, blockAt, ROWS * blocksOf(most)).fill(inputAt);
    for (let s = 0, at = 0; s < most; s++) {
      const base = inputAt + 2 * s * rows.size;
      for (let i = 0; i < starts.length; i++) addresses[at++] = base + 2 * starts[i]!;
    }
    for (let first = 0; first < samples; first += most) {
      const now = Math.min(most, samples - first);
      for (let s = 0; s < now; s++)
        rows.fill(new Int16Array(buffer, inputAt + 2 * s * rows.size, rows.size), input, first + s);
      for (let panel = 0; panel < panels; panel++) {
        multiply(kind, {
          blocks: blockAt,
          blockCount: blocksOf(now),
          first: isChannelwise ? panel * CHANNEL_STEP_BYTES : 0,
          segments: segmentAt,
          segmentCount: offsets.length,
          length: 4 * Math.ceil(rows.length / 2),
          stride: 4,
          weights: weightAt + panel * panelBytes,
          start: biasAt + 4 * COLUMNS * panel,
          result: sumAt + 4 * COLUMNS * panel,
          resultStride,
        });
      }
      requantise(rounding, {
        sums: sumAt,
        rows: now * starts.length,
        columns: count,
        stride: resultStride,
        factors: factorAt,
        output: outputAt,
        zeroPoint: columns.zeroPoint,
        least: columns.range[0],
        greatest: columns.range[1],
      });
      output.set(new Int8Array(buffer, outputAt, now * outputSize), first * outputSize);
    }
  };
};
