import { elementsOf } from '../../graph/shape.js';
import type { Rounding } from '../engine/requantisations.js';
import { prepareLinear, type Columns, type Rows } from '../linear.js';
import { multiplierOf, type Multiplier } from '../multiplier.js';
import {
  activationRange,
  BYTES,
  constantOf,
  requireType,
  scaleOf,
  type ByteMaps,
  type Kernel,
  type Operand,
  type Site,
} from '../site.js';
import { zeros } from '../values.js';

/** Constant weights of an operator without their zero points. */
export interface Weights {
  readonly values: Int16Array;
  readonly bias: Int32Array | undefined;
  /** From sums to the output, one per channel. */
  readonly factors: readonly Multiplier[];
}

/** Products of matrices are rounded once for int8 and twice for uint8, as both runtimes that the tests use do it. */
export const ROUNDING: Readonly<Record<'int8' | 'uint8', Rounding>> = { int8: 'once', uint8: 'twice' };

const INT32 = ['int32'] as const;

/** Weights at input 1 and the bias at input 2, for `channels` channels of output. */
export const weightsOf = (
  site: Site,
  { input, output }: ByteMaps,
  channels: number,
  axis: number,
): Weights => {
  const operand = site.input(1);
  requireType(site, operand, BYTES);
  const stored = constantOf(site, 1);
  const { scales = [], zeroPoints = [] } = operand.tensor.quantisation ?? {};
  if (scales.length !== 1 && scales.length !== channels)
    throw site.fault(`its weights have ${scales.length} scales for ${channels} channels`);
  const inner = elementsOf(operand.shape.slice(axis + 1));
  const zeroOf = (i: number): number =>
    zeroPoints[zeroPoints.length === 1 ? 0 : Math.floor(i / inner) % channels] ?? 0;
  const values = Int16Array.from(stored, (value, i) => value - zeroOf(i));
  return { values, bias: biasOf(site, channels), factors: factorsOf(site, input, output, scales, channels) };
};

const biasOf = (site: Site, channels: number): Int32Array | undefined => {
  if (!site.isPresent(2)) return undefined;
  requireType(site, site.input(2), INT32);
  const bias = constantOf(site, 2);
  if (bias.length !== channels) throw site.fault(`it has ${bias.length} biases for ${channels} channels`);
  return Int32Array.from(bias);
};

/** The product of the scales of input and weights is rounded to float32 where there is one scale for all. */
const factorsOf = (
  site: Site,
  input: Operand,
  output: Operand,
  scales: readonly number[],
  channels: number,
): Multiplier[] => {
  const from = scaleOf(site, input).scale;
  const to = scaleOf(site, output).scale;
  if (scales.length > 1 || (input.type === 'int8' && site.operator.kind !== 'FULLY_CONNECTED')) {
    const all = scales.map((scale) => multiplierOf((from * scale) / to));
    return all.length === channels ? all : new Array<Multiplier>(channels).fill(all[0]!);
  }
  return new Array<Multiplier>(channels).fill(multiplierOf(Math.fround(from * scales[0]!) / to));
};

/** The kernel that multiplies rows of the input by constant weights. */
export const linearKernel = (
  site: Site,
  { output, type }: ByteMaps,
  rows: Rows,
  { values, bias, factors }: Weights,
  { each, rounding }: Pick<Columns, 'each' | 'rounding'>,
): Kernel => {
  const to = scaleOf(site, output);
  const linear = prepareLinear(rows, {
    count: factors.length,
    each,
    weights: values,
    bias,
    factors,
    rounding,
    zeroPoint: to.zeroPoint,
    range: activationRange(site, type, to),
  });
  return ([map], samples) => {
    const result = zeros(type, output.elements * samples) as Int8Array | Uint8Array;
    linear(map!, result, samples);
    return [result];
  };
};
