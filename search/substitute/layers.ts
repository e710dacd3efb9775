import type { Constant, ElementType, Quantisation, Tensor } from '../../src/graph/network.js';
import type { Activation } from './intermediate.js';
import { storedRange } from './requantise.js';
import type { RetainedWeights, Target } from './substitution.js';

/** Retained weights of layers without values. */
export const UNKNOWN_RETAINED: RetainedWeights = { before: NaN, after: NaN };

/** A tensor without quantisation where none is given. */
const tensorOf = (
  name: string,
  type: ElementType,
  shape: readonly number[],
  quantisation: Quantisation | undefined,
): Tensor => ({ name, type, shape, ...(quantisation && { quantisation }), variable: false });

/** A constant tensor; its values are yet to be made where no bytes are given. */
export const constantTensor = (
  name: string,
  type: ElementType,
  shape: readonly number[],
  quantisation: Quantisation | undefined,
  bytes: Uint8Array | undefined,
): Tensor => {
  const constant: Constant = bytes === undefined ? {} : { bytes };
  return { ...tensorOf(name, type, shape, quantisation), constant };
};

/** A feature map. */
export const mapTensor = (
  name: string,
  type: ElementType,
  shape: readonly number[],
  quantisation: Quantisation | undefined,
): Tensor => tensorOf(name, type, shape, quantisation);

const repeated = (value: number, count: number): number[] => new Array<number>(count).fill(value);

/** Scale of weights that are not worked out. */
const NOMINAL_SCALE = Math.fround(1 / 127);

/** Form of the quantisation of new weights whose values are not worked out; undefined where the old have none. */
export const nominalWeights = (
  { weights }: Target,
  channels: number,
  axis: number,
): Quantisation | undefined => {
  if (weights.quantisation === undefined) return undefined;
  return weights.type === 'int8'
    ? { scales: repeated(NOMINAL_SCALE, channels), zeroPoints: repeated(0, channels), axis }
    : { scales: [NOMINAL_SCALE], zeroPoints: [128], axis: 0 };
};

/** The same for a bias: as many scales as the weights have. */
export const nominalBias = (target: Target, channels: number): Quantisation | undefined => {
  const q = nominalWeights(target, channels, 0);
  return q === undefined ? undefined : { ...q, zeroPoints: q.zeroPoints.map(() => 0) };
};

/** The same for the intermediate feature map: the input's, with the zero point that a ReLU wants. */
export const nominalMap = ({ ifm }: Target, activation: Activation): Quantisation | undefined => {
  const q = ifm.quantisation;
  if (q === undefined || activation === 'none') return q;
  return { ...q, zeroPoints: [storedRange(ifm.type)[0]] };
};
