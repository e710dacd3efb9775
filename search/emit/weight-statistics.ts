import type { Operator, Tensor, WeightStatistics } from '../../src/graph/network.js';
import { elementsOf } from '../../src/graph/shape.js';
import { weightsFromBytes } from '../../src/weights/from-bytes.js';
import { measureStatistics } from '../../src/weights/statistics.js';
import type { AxisMap } from './resize.js';

/** A layer's weights minus zero point, output channel by output channel. */
interface Levels {
  readonly values: Int16Array;
  readonly outputs: number;
  readonly statistics: WeightStatistics;
}

const KNOWN = new WeakMap<Tensor, { readonly levels: Levels | undefined }>();

/** Undefined where the weights are not known, or have zero points of their own per channel. */
function levelsOf({ type, shape, constant, quantisation }: Tensor, depthwise: boolean): Levels | undefined {
  const bytes = constant?.bytes;
  if (bytes === undefined || shape === undefined || (type !== 'int8' && type !== 'uint8')) return undefined;
  const outputs = (depthwise ? shape.at(-1) : shape[0]) ?? 0;
  const elements = elementsOf(shape);
  const zeroPoints = quantisation?.zeroPoints ?? [];
  const common = zeroPoints.every((zeroPoint) => zeroPoint === zeroPoints[0]);
  if (elements === 0 || elements !== bytes.length || !common) return undefined;
  const values = weightsFromBytes({
    key: '',
    bytes,
    type,
    shape: [outputs, elements / outputs, 1, 1],
    order: depthwise ? '1HWC' : 'OHWI',
    depthwise,
    zeroPoints,
  }).values();
  return { values, outputs, statistics: measureStatistics(values, outputs) };
}

/** Entries of an axis that stay; all where it is not resized. */
function keptEntries(maps: readonly AxisMap[], axis: number, length: number): Int32Array {
  const map = maps.find((m) => m.axis === axis)?.map;
  return map === undefined
    ? Int32Array.from({ length }, (_, i) => i)
    : Int32Array.from(map).filter((entry) => entry >= 0);
}

/** Output channels in which zeros are counted. */
const COUNTED_OUTPUTS = 64;

/** Share of zeros among the weights that a resized layer has, those of added channels included. */
function zeroShareOf(
  { values, outputs }: Levels,
  tensor: Tensor,
  maps: readonly AxisMap[],
  depthwise: boolean,
): number {
  const shape = tensor.shape!;
  const last = shape.length - 1;
  const inputs = depthwise ? 1 : shape[last]!;
  const rows = values.length / (outputs * inputs);
  const keptOutputs = keptEntries(maps, depthwise ? last : 0, outputs);
  const keptInputs = keptEntries(depthwise ? [] : maps, last, inputs);
  const step = Math.ceil(keptOutputs.length / COUNTED_OUTPUTS);
  let counted = 0;
  let others = 0;
  for (let o = 0; o < keptOutputs.length; o += step) {
    counted++;
    for (let row = 0; row < rows; row++) {
      const at = (keptOutputs[o]! * rows + row) * inputs;
      for (let i = 0; i < keptInputs.length; i++) if (values[at + keptInputs[i]!] !== 0) others++;
    }
  }
  const resized = maps.reduce((n, { axis, map }) => (n / shape[axis]!) * map.length, values.length);
  return counted === 0 ? 1 : 1 - (others * keptOutputs.length) / counted / resized;
}

/** Statistics of weights that differ from the measured ones in how many are zeros, whole channels of them. */
function withZeroShare(statistics: WeightStatistics, zeroShare: number): WeightStatistics {
  const { bits, zeroBits, nonZeroBits, loneZeroShare, peakShare, distinct } = statistics;
  const before = 1 - statistics.zeroShare;
  const share = 1 - zeroShare;
  if (before === 0) return statistics;
  const otherBits = (bits - statistics.zeroShare * zeroBits) / before;
  const scale = share / before;
  return {
    bits: share * otherBits + zeroShare * zeroBits,
    zeroBits,
    nonZeroBits,
    zeroShare,
    loneZeroShare: Math.min(loneZeroShare * scale, zeroShare),
    peakShare: peakShare * scale,
    distinct: zeroShare === 0 || distinct.includes(0) ? distinct : [0, ...distinct],
  };
}

/**
 * How the weights of a convolution or fully connected operator compress with channels left out or added: measured
 * once per tensor, with the zeros that there are. Undefined where the weights are not known, or have zero points of
 * their own per channel.
 */
export function resizedStatistics(
  operator: Operator,
  tensor: Tensor,
  maps: readonly AxisMap[],
): WeightStatistics | undefined {
  const depthwise = operator.kind === 'DEPTHWISE_CONV_2D';
  let known = KNOWN.get(tensor);
  if (known === undefined) KNOWN.set(tensor, (known = { levels: levelsOf(tensor, depthwise) }));
  const { levels } = known;
  return levels && withZeroShare(levels.statistics, zeroShareOf(levels, tensor, maps, depthwise));
}
