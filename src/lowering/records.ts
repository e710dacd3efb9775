import { ELEMENT_BITS } from '../graph/network.js';
import type { Constant } from '../graph/network.js';
import { ifmOf, input, ofmOf, ROLE } from './ir.js';
import type { Op, Scaling, View } from './ir.js';
import type { ScaleRecords } from './operations.js';
import type { FilterPart, WeightArray } from '../weights/weight-array.js';
import { scalePair } from './scale-pair.js';
import { contentHash } from './weights.js';

/** Of a view, what need not keep the graph in memory. */
export const valuesOf = (view: View | undefined): Scaling['bias'] =>
  view && { type: view.tensor.type, constant: view.tensor.constant };

/**
 * What decides an operation's scale records; undefined where lowering made its weights (docs/model/weights.md#scales).
 */
export function scalingOf(op: Op): Scaling | undefined {
  if (op.scaling !== undefined) return op.scaling;
  const weights = input(op, ROLE.weights);
  if (weights === undefined) return undefined;
  const weightScales = weights.quant?.scales ?? [];
  const unsigned = ifmOf(op).tensor.type === 'uint8';
  return {
    weightScales,
    bias: valuesOf(input(op, ROLE.bias)),
    single: unsigned || (op.builtin === 'FULLY_CONNECTED' && weightScales.length === 1),
  };
}

/** Biases of some channels; those that are all zero are like none. */
function biasKey(bias: Scaling['bias'], { first, step }: FilterPart, count: number): string {
  if (bias?.constant === undefined) return '';
  const { constant, type } = bias;
  const { bytes } = constant;
  if (bytes === undefined) return contentHash(constant);
  const width = ELEMENT_BITS[type] >> 3;
  if (first === 0 && step === 1 && count * width >= bytes.length) return wholeBiasKey(constant, bytes);
  const chosen = new Uint8Array(count * width);
  for (let k = 0; k < count; k++) {
    const at = (first + k * step) * width;
    chosen.set(bytes.subarray(at, at + width), k * width);
  }
  return hashOf(chosen);
}

/** Two FNV-1a hashes of 32 bits with different beginnings: biases are short, and all of them are hashed. */
function hashOf(bytes: Uint8Array): string {
  let [a, b, any] = [0x811c9dc5, 0x01234567, 0];
  for (let k = 0; k < bytes.length; k++) {
    const byte = bytes[k]!;
    any |= byte;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x01000193);
  }
  return any === 0 ? '' : `${a >>> 0},${b >>> 0}`;
}

const BIASES = new WeakMap<Constant, string>();

function wholeBiasKey(constant: Constant, bytes: Uint8Array): string {
  let key = BIASES.get(constant);
  if (key === undefined) BIASES.set(constant, (key = hashOf(bytes)));
  return key;
}

/** Bits of a rescaling's multiplier; fewer where biases have 64 bits. */
const MULTIPLIER_BITS = 31;
const SHORT_MULTIPLIER_BITS = 15;

/**
 * The rescalings of some channels, one where all have the same weight scale (docs/model/weights.md#shared-encodings).
 */
function rescalings(
  { weightScales, single, bias }: Scaling,
  ifmScale: number,
  ofmScale: number,
  { first, step }: FilterPart,
  count: number,
): string[] {
  const f32 = Math.fround;
  const bits = bias?.type === 'int64' ? SHORT_MULTIPLIER_BITS : MULTIPLIER_BITS;
  const rescaling = (weight: number): string => {
    const scale = single ? f32(f32(ifmScale) * f32(weight)) / f32(ofmScale) : (ifmScale * weight) / ofmScale;
    const { multiplier, shift } = scalePair(scale, bits);
    return `${multiplier}>>${shift}`;
  };
  if (weightScales.length <= 1) return weightScales.map(rescaling);
  return Array.from({ length: count }, (_, k) => rescaling(weightScales[first + k * step] ?? 1));
}

const NO_PART: FilterPart = { first: 0, step: 1, offset: 0 };
const NO_RECORDS: ScaleRecords = { rescaled: false, bias: '', rescaling: () => '', contents: () => '' };

/** What the encoded tensor of an operation with these weights holds besides them. */
export function recordsOf(op: Op, weights: WeightArray): ScaleRecords {
  const scaling = scalingOf(op);
  if (scaling === undefined) return NO_RECORDS;
  const { part = NO_PART } = weights;
  const count = weights.shape[0];
  const ifmScale = scaling.ifmScale ?? ifmOf(op).quant?.scales[0];
  const ofmScale = scaling.ofmScale ?? ofmOf(op).quant?.scales[0];
  let joined: string | undefined;
  const rescaling = (): string =>
    (joined ??=
      ifmScale === undefined || ofmScale === undefined
        ? ''
        : rescalings(scaling, ifmScale, ofmScale, part, count).join());
  let distinct: string | undefined;
  const contents = (): string => {
    if (distinct !== undefined) return distinct;
    const list = new Set(rescaling().split(','));
    return (distinct = list.size === 1 ? [...list][0]! : rescaling());
  };
  return { rescaled: true, bias: biasKey(scaling.bias, part, count), rescaling, contents };
}
