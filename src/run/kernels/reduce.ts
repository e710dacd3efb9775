import { places, steps, stridesOf } from '../broadcast.js';
import { multiplierOf, multiplyBy, type Multiplier } from '../multiplier.js';
import {
  BYTES,
  integersOf,
  product,
  requireType,
  sameScale,
  scaleOf,
  type Kernel,
  type Site,
} from '../site.js';
import { RANGES, zeros } from '../values.js';
import { axisAt } from './moves.js';

/** A factor divided by a count: its multiplier keeps as many bits as it has room for. */
const dividedBy = ({ multiplier, shift }: Multiplier, count: number): Multiplier => {
  const bits = Math.min(Math.floor(Math.log2(count)), 32, 31 + shift);
  return { multiplier: Math.floor((multiplier * 2 ** bits) / count), shift: shift - bits };
};

/** For each element of the input, the element of the output that it counts for. */
const targets = (site: Site, shape: readonly number[]): { to: Int32Array; count: number } => {
  const axes = new Set(integersOf(site, 1).map((axis) => axisAt(site, axis, shape.length)));
  const kept = shape.map((size, axis) => (axes.has(axis) ? 1 : size));
  const strides = stridesOf(kept);
  const to = places(shape.map((size, axis) => steps(size, axes.has(axis) ? 0 : strides[axis]!)));
  return { to, count: product(shape) / product(kept) };
};

/** MEAN, REDUCE_MAX and REDUCE_MIN of 8-bit values. */
export const reduce = (site: Site): Kernel => {
  const [input, output] = [site.input(0), site.output(0)];
  const type = requireType(site, output, BYTES);
  requireType(site, input, [type]);
  const [least, greatest] = RANGES[type];
  const { to, count } = targets(site, input.shape);
  if (count * output.elements !== input.elements) throw site.fault('its axes do not suit its output');
  const [from, into] = [scaleOf(site, input), scaleOf(site, output)];
  const isMean = site.operator.kind === 'MEAN';
  if (!isMean && !sameScale(from, into)) throw site.fault('its input and output have different scales');
  const factor = dividedBy(multiplierOf(from.scale / into.scale), count);
  const combine =
    site.operator.kind === 'MEAN'
      ? (a: number, b: number): number => a + b - from.zeroPoint
      : site.operator.kind === 'REDUCE_MAX'
        ? Math.max
        : Math.min;
  const start = isMean ? 0 : site.operator.kind === 'REDUCE_MAX' ? least : greatest;
  const { elements } = output;
  const sums = new Int32Array(elements);
  return ([values], samples) => {
    const result = zeros(type, elements * samples);
    for (let s = 0; s < samples; s++) {
      sums.fill(start);
      const first = s * to.length;
      for (let i = 0; i < to.length; i++) sums[to[i]!] = combine(sums[to[i]!]!, values![first + i]!);
      for (let i = 0; i < elements; i++) {
        const value = isMean ? multiplyBy(sums[i]!, factor) + into.zeroPoint : sums[i]!;
        result[s * elements + i] = Math.min(greatest, Math.max(least, value));
      }
    }
    return [result];
  };
};

/** ARG_MAX and ARG_MIN along an axis: the first of equals. */
export const argMax = (site: Site): Kernel => {
  const [input, output] = [site.input(0), site.output(0)];
  const type = requireType(site, output, ['int32']);
  const axis = axisAt(site, integersOf(site, 1)[0]!, input.shape.length);
  const size = input.shape[axis]!;
  const inner = product(input.shape.slice(axis + 1));
  const sign = site.operator.kind === 'ARG_MAX' ? 1 : -1;
  return ([values], samples) => {
    const result = zeros(type, output.elements * samples);
    for (let i = 0; i < result.length; i++) {
      const first = Math.floor(i / inner) * inner * size + (i % inner);
      let best = 0;
      for (let k = 1; k < size; k++) {
        if (sign * (values![first + k * inner]! - values![first + best * inner]!) > 0) best = k;
      }
      result[i] = best;
    }
    return [result];
  };
};
