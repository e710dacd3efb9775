import { cholesky, energy, inverse, multiply, solveRows, transposed } from '../../substitute/dense.js';

/** A layer that reads a group of channels, with what it reads. */
export interface Consumer {
  /** Kernel positions. */
  readonly taps: number;
  readonly outputs: number;
  /** Weights, [output][tap][channel]. */
  readonly rows: Float64Array;
  /** Second moments of its patches, [tap][channel] both ways, and the same with the ridge. */
  readonly inputs: Float64Array;
  readonly metric: Float64Array;
}

/** The state of one consumer: entries by channel, then tap. */
interface Remaining {
  readonly taps: number;
  readonly length: number;
  readonly outputs: number;
  /** Of the metric's entries that are left. */
  readonly inverse: Float64Array;
  readonly rows: Float64Array;
  readonly scale: number;
}

/** From [tap][channel] to [channel][tap] along one axis of a matrix. */
const byChannel = (matrix: Float64Array, taps: number, channels: number, both: boolean): Float64Array => {
  const length = taps * channels;
  const place = Int32Array.from({ length }, (_, i) => (i % taps) * channels + Math.floor(i / taps));
  return Float64Array.from(matrix, (_, i) => {
    const row = Math.floor(i / length);
    return matrix[(both ? place[row]! : row) * length + place[i % length]!]!;
  });
};

const begin = ({ taps, outputs, rows, inputs, metric }: Consumer, channels: number): Remaining => {
  const length = taps * channels;
  const whole = energy(rows, inputs, length);
  return {
    taps,
    length,
    outputs,
    inverse: inverse(byChannel(metric, taps, channels, true), length),
    rows: byChannel(rows, taps, channels, false),
    scale: whole > 0 ? 1 / whole : 0,
  };
};

/** Weights of a channel, a row per output, and the Cholesky factor of its block of the inverse. */
const blockOf = (
  { taps, length, outputs, inverse: inv, rows }: Remaining,
  channel: number,
): { weights: Float64Array; factor: Float64Array } => {
  const from = channel * taps;
  const block = new Float64Array(taps * taps);
  for (let i = 0; i < taps; i++)
    for (let j = 0; j < taps; j++) block[i * taps + j] = inv[(from + i) * length + from + j]!;
  const weights = new Float64Array(outputs * taps);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < taps; i++) weights[o * taps + i] = rows[o * length + from + i]!;
  return { weights, factor: cholesky(block, taps) };
};

/** What a consumer loses without a channel, the others adjusted: a share of its output's energy. */
const costOf = (consumer: Remaining, channel: number): number => {
  const { weights, factor } = blockOf(consumer, channel);
  const solved = solveRows(factor, consumer.taps, weights);
  return consumer.scale * solved.reduce((sum, value, i) => sum + value * weights[i]!, 0);
};

/** Takes a channel from a consumer: the others make up for it as well as they can (a Schur complement). */
const remove = (consumer: Remaining, channel: number): void => {
  const { taps, length, outputs, inverse: inv, rows } = consumer;
  const from = channel * taps;
  const { weights, factor } = blockOf(consumer, channel);
  const across = inv.slice(from * length, (from + taps) * length);
  const own = solveRows(factor, taps, weights);
  const change = multiply(own, across, outputs, taps, length);
  for (let i = 0; i < rows.length; i++) rows[i]! -= change[i]!;
  const solved = solveRows(factor, taps, transposed(across, taps, length));
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < taps; k++) {
      const share = solved[i * taps + k]!;
      if (share === 0) continue;
      for (let j = 0, at = i * length, to = k * length; j < length; j++, at++, to++)
        inv[at]! -= share * across[to]!;
    }
  }
};

/**
 * Channels in the order in which they are kept, by block Optimal Brain Surgeon over all layers that read them: the
 * channel that costs them least is taken away, then the one that costs least of the others, and so on; a channel c
 * costs tr(W_c · [(G′⁻¹)_cc]⁻¹ · W_cᵀ) of a consumer, divided by the energy of its output.
 */
export const keepingOrderFor = (consumers: readonly Consumer[], channels: number): Int32Array => {
  const remaining = consumers.map((consumer) => begin(consumer, channels));
  const order = new Int32Array(channels);
  const left = new Set(Array.from({ length: channels }, (_, c) => c));
  for (let at = channels - 1; at >= 0; at--) {
    let [cheapest, least] = [-1, Infinity];
    if (left.size === 1) [cheapest] = left as unknown as [number];
    else {
      for (const channel of left) {
        const cost = remaining.reduce((sum, consumer) => sum + costOf(consumer, channel), 0);
        // Of equal channels the last goes first.
        if (cost <= least) [cheapest, least] = [channel, cost];
      }
    }
    order[at] = cheapest;
    left.delete(cheapest);
    if (left.size > 0) for (const consumer of remaining) remove(consumer, cheapest);
  }
  return order;
};
