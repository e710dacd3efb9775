import type { Memory } from '../../npu/system.js';
import type { U85Accelerator } from '../../npu/u85-tables.js';
import { CHANNEL } from '../channels.js';
import { transferCycles } from '../integers.js';
import type { U85Config } from './block-config.js';
import { channelBandwidth } from './bandwidth.js';

/** How weights are stored: all of them or the non-zero ones of 2:4-sparse weights, for which decoder. */
export interface WeightFormat {
  readonly sparse: boolean;
  readonly fast: boolean;
}

/** What the choice of a format needs to know of an encoding in one slice. */
export interface EncodedWeights {
  readonly weightBytes: number;
  /** Weights in the raw padded streams. */
  readonly sourceSize: number;
  /** Zeros coded through zero runs; 0 in the fast format. */
  readonly zeroCount: number;
  /** Distinct weights; 0 in the fast format. */
  readonly distinctCount: number;
}

const fround = Math.fround;
const MOST_ZEROS = fround(0.9);
const FAST_HEADER_BYTES = 32;

/** Weights that the decoder delivers per cycle; docs/model/weights.md#decode-cycles. */
function weightsPerCycle(acc: U85Accelerator, fast: boolean, encoded: EncodedWeights): number {
  if (fast) return encoded.distinctCount < 16 ? 64 : 32;
  const zeros = fround(fround(encoded.zeroCount) / fround(encoded.sourceSize));
  const share = Math.max(Math.min(zeros, MOST_ZEROS), 0.5);
  return Math.trunc(8 + ((share - 0.5) * 24) / 0.4) * acc.cores;
}

/**
 * Cycles of decoding weights or of fetching them, whichever is longer; docs/model/weights.md#decode-cycles.
 *
 * @param memory the one that holds the encoded weights
 */
export function decodeCycles(
  acc: U85Accelerator,
  memory: Memory,
  fast: boolean,
  encoded: EncodedWeights,
): number {
  const decode = Math.floor(encoded.sourceSize / weightsPerCycle(acc, fast, encoded));
  const rate = channelBandwidth(acc, memory, fast ? CHANNEL.fastWeight : CHANNEL.weight);
  return Math.max(decode, transferCycles(encoded.weightBytes, rate) + memory.readLatency);
}

/**
 * Whether the fast format may be better than the standard one that `encoded` is in;
 * docs/model/weights.md#format-choice.
 */
export function isFastWorthTrying(
  acc: U85Accelerator,
  memory: Memory,
  encoded: EncodedWeights,
  forSize: boolean,
): boolean {
  const { distinctCount, sourceSize } = encoded;
  const divisor = distinctCount > 16 || distinctCount === 0 ? 1 : distinctCount > 4 ? 2 : 4;
  const weightBytes = FAST_HEADER_BYTES + Math.floor(sourceSize / divisor);
  if (forSize) return weightBytes < encoded.weightBytes;
  const fast = decodeCycles(acc, memory, true, { ...encoded, weightBytes });
  return fast < decodeCycles(acc, memory, false, encoded);
}

/** A block config and the cycles of the whole operation with it, feature maps in the arena, weights not buffered. */
export interface FormatCandidate {
  readonly config: U85Config;
  readonly cycles: number;
}

/** The chosen format as part of the config, with the encoding it was chosen for. */
export interface ChosenFormat<E extends EncodedWeights> {
  readonly config: U85Config;
  readonly encoding: E;
}

/**
 * The weight format of a convolution or product with constant weights; docs/model/weights.md#format-choice.
 *
 * @param sparse the blocks for 2:4-sparse weights; undefined if there are none
 * @param encode encodes the whole depth in one slice; undefined if the weights are not 2:4-sparse
 * @param memory the one that holds the encoded weights
 * @param forSize the smallest encoding instead of the fastest
 */
export function chooseWeightFormat<E extends EncodedWeights>(
  acc: U85Accelerator,
  memory: Memory,
  dense: FormatCandidate,
  sparse: FormatCandidate | undefined,
  encode: (config: U85Config, format: WeightFormat) => E | undefined,
  forSize: boolean,
): ChosenFormat<E> {
  let mayBeSparse = sparse !== undefined && sparse.cycles <= dense.cycles;
  let mayBeFast = true;
  let best: ChosenFormat<E> | undefined;
  let least = Infinity;
  for (const fast of [false, true]) {
    for (const isSparse of [true, false]) {
      if ((isSparse && !mayBeSparse) || (fast && !mayBeFast)) continue;
      const candidate = isSparse ? sparse! : dense;
      const encoding = encode(candidate.config, { sparse: isSparse, fast });
      if (encoding === undefined) {
        mayBeSparse &&= !isSparse;
        continue;
      }
      if (!fast) mayBeFast &&= isFastWorthTrying(acc, memory, encoding, forSize);
      const score = forSize
        ? encoding.weightBytes
        : decodeCycles(acc, memory, fast, encoding) + candidate.cycles;
      if (score < least) {
        least = score;
        best = { config: { ...candidate.config, fast }, encoding };
      }
    }
  }
  if (best === undefined) throw new Error('dense weights could not be encoded');
  return best;
}
