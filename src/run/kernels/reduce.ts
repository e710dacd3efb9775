import { elementsOf, stridesOf } from '../../graph/shape.js';
import { places, steps } from '../broadcast.js';
import { multiplierOf, multiplyBy, roundAway } from '../multiplier.js';
import {
  byteMaps,
  integersOf,
  requireType,
  sameScale,
  scaleOf,
  type Kernel,
  type Scale,
  type Site,
} from '../site.js';
import { RANGES, zeros } from '../values.js';
import { axisAt } from './moves.js';

/** From a sum of stored values to the stored mean, before the limits of the type. */
type Mean = (sum: number) => number;

/**
 * The mean of a map's places is computed in integers, all others in float32, as the reference kernels do it.
 */
const meanOf = (site: Site, from: Scale, to: Scale, count: number): Mean => {
  const axes = integersOf(site, 1);
  const { shape } = site.feature(0);
  const isOfPlaces = shape.length === 4 && axes.length === 2 && axes.includes(1) && axes.includes(2);
  if (isOfPlaces && site.option('keep_dims') === true) {
    const factor = multiplierOf(from.scale / to.scale);
    return (sum) => roundAway(multiplyBy(sum - from.zeroPoint * count, factor) / count) + to.zeroPoint;
  }
  const factor = Math.fround(from.scale / to.scale);
  const bias = Math.fround(-from.zeroPoint * factor);
  return (sum) =>
    roundAway(Math.fround(Math.fround(Math.fround(sum / count) * factor) + bias)) + to.zeroPoint;
};

/** For each element of the input, the element of the output that it counts for. */
const targets = (site: Site, shape: readonly number[]): { to: Int32Array; count: number } => {
  const axes = new Set(integersOf(site, 1).map((axis) => axisAt(site, axis, shape.length)));
  const kept = shape.map((size, axis) => (axes.has(axis) ? 1 : size));
  const strides = stridesOf(kept);
  const to = places(shape.map((size, axis) => steps(size, axes.has(axis) ? 0 : strides[axis]!)));
  return { to, count: elementsOf(shape) / elementsOf(kept) };
};

/** How the values that a place of the output stands for become one. */
interface Reduction {
  readonly start: number;
  readonly combine: (a: number, b: number) => number;
}

const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  MEAN: { start: 0, combine: (a, b) => a + b },
  REDUCE_MAX: { start: -(2 ** 31), combine: Math.max },
  REDUCE_MIN: { start: 2 ** 31 - 1, combine: Math.min },
};

/** MEAN, REDUCE_MAX and REDUCE_MIN of 8-bit values. */
export const reduce = (site: Site): Kernel => {
  const { kind } = site.operator;
  const { input, output, type } = byteMaps(site);
  const [least, greatest] = RANGES[type];
  const { to, count } = targets(site, input.shape);
  if (count * output.elements !== input.elements) throw site.fault('its axes do not suit its output');
  const [from, into] = [scaleOf(site, input), scaleOf(site, output)];
  if (kind !== 'MEAN' && !sameScale(from, into))
    throw site.fault('its input and output have different scales');
  const { start, combine } = REDUCTIONS[kind]!;
  const finish: Mean = kind === 'MEAN' ? meanOf(site, from, into, count) : (value) => value;
  const { elements } = output;
  const reduced = new Int32Array(elements);
  return ([values], samples) => {
    const result = zeros(type, elements * samples);
    for (let s = 0; s < samples; s++) {
      reduced.fill(start);
      const first = s * to.length;
      for (let i = 0; i < to.length; i++) reduced[to[i]!] = combine(reduced[to[i]!]!, values![first + i]!);
      for (let i = 0; i < elements; i++)
        result[s * elements + i] = Math.min(greatest, Math.max(least, finish(reduced[i]!)));
    }
    return [result];
  };
};

/** ARG_MAX and ARG_MIN along an axis: the first of equals. */
export const argMax = (site: Site): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  const type = requireType(site, output, ['int32', 'int64']);
  const axis = axisAt(site, integersOf(site, 1)[0]!, input.shape.length);
  const size = input.shape[axis]!;
  if (output.elements * size !== input.elements) throw site.fault('its axis does not suit its output');
  const inner = elementsOf(input.shape.slice(axis + 1));
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
