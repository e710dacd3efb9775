import type { ElementType, Operator, Quantisation, Tensor } from '../../src/graph/network.js';
import type { Activation } from './substitution.js';
import {
  biasQuantisation,
  int32Bytes,
  rowBytes,
  rowQuantisation,
  scalingOf,
  storedRange,
  type StoredLayer,
} from './requantise.js';
import type { Target } from './substitution.js';

/** A feature map; without quantisation where none is given. */
export const mapTensor = (
  name: string,
  type: ElementType,
  shape: readonly number[],
  quantisation: Quantisation | undefined,
): Tensor => ({ name, type, shape, ...(quantisation && { quantisation }), variable: false });

/** The same as a constant; its values are yet to be made where no bytes are given. */
const withBytes = (tensor: Tensor, bytes: Uint8Array | undefined): Tensor => ({
  ...tensor,
  constant: bytes === undefined ? {} : { bytes },
});

const repeated = (value: number, count: number): number[] => new Array<number>(count).fill(value);

/** Scale of weights that are not computed. */
const NOMINAL_SCALE = Math.fround(1 / 127);

/** Form of the quantisation of new weights whose values are not computed; undefined where the old have none. */
const nominalWeights = (target: Target, channels: number, axis: number): Quantisation | undefined => {
  if (target.weights.quantisation === undefined) return undefined;
  const scaling = scalingOf(target);
  return scaling === 'per-row'
    ? { scales: repeated(NOMINAL_SCALE, channels), zeroPoints: repeated(0, channels), axis }
    : { scales: [NOMINAL_SCALE], zeroPoints: [scaling === 'affine' ? 128 : 0], axis: 0 };
};

/** The same for a bias: as many scales as the weights have. */
const nominalBias = (target: Target, channels: number): Quantisation | undefined => {
  const q = nominalWeights(target, channels, 0);
  return q === undefined ? undefined : { ...q, zeroPoints: q.zeroPoints.map(() => 0) };
};

/**
 * Weights and bias of a new layer.
 * @param axis of the output channels
 * @param stored absent where values are not computed: then only their form is known
 */
export const layerConstants = (
  target: Target,
  name: string,
  shape: readonly number[],
  axis: number,
  stored: StoredLayer | undefined,
): [weights: Tensor, bias: Tensor] => {
  const channels = shape[axis]!;
  const weights = stored ? rowQuantisation(stored.rows, axis) : nominalWeights(target, channels, axis);
  const bias = stored
    ? biasQuantisation(stored.inputScale, rowQuantisation(stored.rows, 0))
    : nominalBias(target, channels);
  return [
    withBytes(
      mapTensor(`${name}/weights`, target.weights.type, shape, weights),
      stored && rowBytes(stored.rows, axis > 0),
    ),
    withBytes(mapTensor(`${name}/bias`, 'int32', [channels], bias), stored && int32Bytes(stored.bias)),
  ];
};

/** The same for the intermediate feature map: the input's, with the zero point that a ReLU wants. */
export const nominalMap = ({ ifm }: Target, activation: Activation): Quantisation | undefined => {
  const q = ifm.quantisation;
  if (q === undefined || activation === 'none') return q;
  return { ...q, zeroPoints: [storedRange(ifm.type)[0]] };
};

/** Padding, strides and dilations of a layer that has a kernel's height, its width, both or neither. */
export const windowFor = (
  options: Operator['options'],
  height: boolean,
  width: boolean,
): Operator['options'] => ({
  padding: height || width ? (options['padding'] ?? 'SAME') : 'VALID',
  stride_h: height ? (options['stride_h'] ?? 1) : 1,
  stride_w: width ? (options['stride_w'] ?? 1) : 1,
  dilation_h_factor: height ? (options['dilation_h_factor'] ?? 1) : 1,
  dilation_w_factor: width ? (options['dilation_w_factor'] ?? 1) : 1,
});
