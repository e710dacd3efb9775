import type { WeightStatistics } from '../graph/network.js';
import { streamContents, type StreamContents } from './padding.js';
import { fastBytes, type Section } from './sections.js';
import { DISTINCT_LIMIT } from './stream-size.js';
import type { StreamOrder, StreamSlice } from './stream-order.js';

/** Headers of a stream with one slice and a short palette. */
const HEADER_BITS = 75;
const RUN_DIVISORS = [0, 1, 2, 3] as const;

/**
 * Quotients of the runs that zeros among weights make, per other weight: zeros here and there make runs of geometric
 * lengths, those of empty channels make few long ones.
 */
function zeroQuotients({ zeroShare: z, loneZeroShare }: WeightStatistics, divisor: number): number {
  if (z === 0) return 0;
  const scattered = Math.min(1, loneZeroShare / (z * (1 - z) ** 2));
  const power = z ** (2 ** divisor);
  return (scattered * power) / (1 - power) + ((1 - scattered) * z) / (1 - z) / 2 ** divisor;
}

/** Bits of a stream whose zeros, padding among them, are coded as runs; what the best run divisor gives. */
function bitsWithRuns(statistics: WeightStatistics, { weights, padding, runs }: StreamContents): number {
  // Nothing but zeros is one run, whose divisor the encoder does not get to choose.
  if (statistics.zeroShare === 1) return weights + padding;
  const others = weights * (1 - statistics.zeroShare);
  let least = Infinity;
  for (const divisor of RUN_DIVISORS) {
    let bits = others * (1 + divisor + zeroQuotients(statistics, divisor));
    for (const [length, count] of runs) bits += (length >> divisor) * count;
    least = Math.min(least, bits);
  }
  return others * statistics.nonZeroBits + least;
}

/**
 * What a section of weights that are not known would be like: the padding is that of the real one, the bits of its
 * weights are those that statistics tell of others.
 */
export function predictSection(
  statistics: WeightStatistics,
  order: StreamOrder,
  slice: StreamSlice,
): Section {
  const contents = streamContents(order, slice);
  const { weights, padding, runs } = contents;
  const zeros = padding + weights * statistics.zeroShare;
  const lone = (runs.get(1) ?? 0) + weights * statistics.loneZeroShare;
  // The encoder's own rule (docs/model/weights.md#zero-runs), with expected numbers.
  const zeroRuns = zeros > 5 * weights * statistics.peakShare && lone <= zeros / 2;
  const bits = zeroRuns
    ? bitsWithRuns(statistics, contents)
    : weights * statistics.bits + padding * statistics.zeroBits;
  return {
    streamBytes: 16 * Math.ceil((bits + HEADER_BITS) / 128),
    rawWeights: weights + padding,
    zeroCount: zeroRuns ? Math.round(zeros) : 0,
    values: statistics.distinct,
  };
}

/** The same in the fast format, all streams together. */
export function predictFastSection(
  { distinct }: WeightStatistics,
  order: StreamOrder,
  slice: StreamSlice,
  rawWeights: number,
): Section {
  const padded = rawWeights > slice.channels * order.kernelElements * order.ifmDepth;
  const count = padded && !distinct.includes(0) ? distinct.length + 1 : distinct.length;
  return {
    streamBytes: fastBytes(rawWeights, Math.min(count, DISTINCT_LIMIT + 1)),
    rawWeights,
    zeroCount: 0,
    values: [],
  };
}
