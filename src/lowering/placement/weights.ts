import { ELEMENT_BITS } from '../../graph/network.js';
import type { Constant } from '../../graph/network.js';
import { input, ROLE } from '../ir.js';
import type { Op, View } from '../ir.js';
import { elements } from '../shape.js';
import type { PlacementRules } from '../families/rules.js';

/** Largest Σ|w − zero point| of an output channel for an 8-bit IFM (docs/model/lowering.md#generic-rules). */
const WEIGHT_SUM = 127 * 2 ** 16;

interface Sum {
  readonly zeroPoint: number;
  readonly channels: number;
  readonly byDepth: boolean;
  readonly largest: number;
}
const SUMS = new WeakMap<Constant, Sum>();

/** Largest Σ|w − zero point| over the output channels, kept per constant. */
function largestWeightSum(
  constant: Constant,
  signed: boolean,
  zeroPoint: number,
  channels: number,
  byDepth: boolean,
): number {
  const known = SUMS.get(constant);
  if (known?.zeroPoint === zeroPoint && known.channels === channels && known.byDepth === byDepth) {
    return known.largest;
  }
  const bytes = constant.bytes ?? new Uint8Array(0);
  const per = Math.max(1, bytes.length / channels);
  const sums = new Float64Array(channels);
  for (let i = 0; i < bytes.length; i++) {
    const value = signed ? (bytes[i]! << 24) >> 24 : bytes[i]!;
    const channel = byDepth ? i % channels : Math.floor(i / per);
    sums[channel] = sums[channel]! + Math.abs(value - zeroPoint);
  }
  const largest = sums.reduce((a, b) => Math.max(a, b), 0);
  SUMS.set(constant, { zeroPoint, channels, byDepth, largest });
  return largest;
}

function weightSumReason(op: Op, weights: View, family: PlacementRules): string | undefined {
  const { constant, type, shape } = weights.tensor;
  if (constant?.bytes === undefined) return undefined;
  const ifmBits = ELEMENT_BITS[input(op, ROLE.ifm)!.tensor.type];
  const limit = ifmBits > 8 ? family.wideWeightSum : WEIGHT_SUM;
  const byDepth = op.builtin === 'DEPTHWISE_CONV_2D';
  const channels = (byDepth ? shape.at(-1) : shape[0]) ?? 1;
  if (channels === 0 || 255 * (elements(shape) / channels) < limit) return undefined;
  const zeroPoint = weights.quant?.zeroPoints[0] ?? 0;
  const sum = largestWeightSum(constant, type === 'int8', zeroPoint, channels, byDepth);
  return sum <= limit ? undefined : `the weights of an output channel sum to ${sum}, more than ${limit}`;
}

const BIASES = new WeakMap<Constant, bigint>();

function largestBias(constant: Constant): bigint {
  const known = BIASES.get(constant);
  if (known !== undefined) return known;
  const bytes = constant.bytes ?? new Uint8Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let largest = 0n;
  for (let i = 0; i + 8 <= bytes.length; i += 8) {
    const value = view.getBigInt64(i, true);
    const magnitude = value < 0n ? -value : value;
    if (magnitude > largest) largest = magnitude;
  }
  BIASES.set(constant, largest);
  return largest;
}

function biasReason(bias: View, family: PlacementRules): string | undefined {
  const { tensor } = bias;
  if (elements(tensor.shape) > (tensor.shape.at(-1) ?? 1)) return 'the bias has more than one row';
  if (tensor.constant === undefined) return 'the bias is not constant';
  if (tensor.type !== 'int32' && tensor.type !== 'int64') return `a bias of ${tensor.type} is not supported`;
  if (tensor.type === 'int64' && largestBias(tensor.constant) > family.largestBias) {
    return 'a bias is too large for the accumulator';
  }
  return undefined;
}

/** Why weights or bias keep a convolution or product from the NPU (docs/model/lowering.md#generic-rules). */
export function weightRules(op: Op, weights: View, family: PlacementRules): string | undefined {
  const { type } = weights.tensor;
  if (type !== 'int8' && type !== 'uint8') return `weights of ${type} are not supported`;
  const bias = input(op, ROLE.bias);
  return weightSumReason(op, weights, family) ?? (bias === undefined ? undefined : biasReason(bias, family));
}
