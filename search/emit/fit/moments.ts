import { crossGram, gram } from '../../../src/run/matrix.js';
import { columnMeans } from './patches.js';

/** Real values to come close to, a row per place: `scales · levels + offsets`, one scale and offset per column. */
export interface Targets {
  readonly levels: Int16Array;
  readonly scales: Float64Array;
  readonly offsets: Float64Array;
}

/** Second moments of what a layer reads (d entries) and of what it should give, means removed; in real numbers. */
export interface Moments {
  readonly length: number;
  /** d × d. */
  readonly inputs: Float64Array;
  /** Outputs × d. */
  readonly cross: Float64Array;
  readonly inputMeans: Float64Array;
  readonly outputMeans: Float64Array;
}

/** Targets from real values, with a column's range over all levels. */
export const storeTargets = (values: Float64Array, columns: number): Targets => {
  const rows = values.length / columns;
  const low = new Float64Array(columns).fill(Infinity);
  const high = new Float64Array(columns).fill(-Infinity);
  for (let i = 0; i < values.length; i++) {
    const c = i % columns;
    low[c] = Math.min(low[c]!, values[i]!);
    high[c] = Math.max(high[c]!, values[i]!);
  }
  const offsets = low.map((l, c) => (rows === 0 ? 0 : (l + high[c]!) / 2));
  const scales = low.map((l, c) => (high[c]! > l ? (high[c]! - l) / 65534 : 1));
  const levels = new Int16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const c = i % columns;
    levels[i] = Math.round((values[i]! - offsets[c]!) / scales[c]!);
  }
  return { levels, scales, offsets };
};

/** Some columns of targets; zero for what no column is named for (−1). */
export const targetColumns = ({ levels, scales, offsets }: Targets, columns: ArrayLike<number>): Targets => {
  const before = scales.length;
  const after = columns.length;
  const rows = levels.length / before;
  const chosen = new Int16Array(rows * after);
  const pick = (from: Float64Array, otherwise: number): Float64Array =>
    Float64Array.from(columns, (c) => (c < 0 ? otherwise : from[c]!));
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < after; c++) {
      const column = columns[c]!;
      if (column >= 0) chosen[r * after + c] = levels[r * before + column]!;
    }
  }
  return { levels: chosen, scales: pick(scales, 1), offsets: pick(offsets, 0) };
};

/**
 * Moments of rows of patches and their targets.
 * @param scale real value of one level of the patches
 */
export const momentsOf = (patches: Int16Array, length: number, scale: number, targets: Targets): Moments => {
  const rows = Math.max(1, patches.length / length);
  const outputs = targets.scales.length;
  const means = columnMeans(patches, length);
  const levelMeans = columnMeans(targets.levels, outputs);
  const inputs = gram(patches, length);
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      inputs[i * length + j] = scale * scale * (inputs[i * length + j]! / rows - means[i]! * means[j]!);
    }
  }
  const cross = crossGram(targets.levels, outputs, patches, length);
  for (let o = 0; o < outputs; o++) {
    const unit = scale * targets.scales[o]!;
    for (let i = 0; i < length; i++) {
      cross[o * length + i] = unit * (cross[o * length + i]! / rows - levelMeans[o]! * means[i]!);
    }
  }
  return {
    length,
    inputs,
    cross,
    inputMeans: means.map((mean) => scale * mean),
    outputMeans: levelMeans.map((mean, o) => targets.scales[o]! * mean + targets.offsets[o]!),
  };
};
