import { stridesOf } from '../../graph/shape.js';
import { broadcast, places, steps } from '../broadcast.js';
import { integersOf, type Kernel, type Operand, type Site } from '../site.js';
import { axisAt, taking } from './moves.js';

/** Kinds that keep all values in their order: RESHAPE, SQUEEZE, EXPAND_DIMS. */
export const reshape = (site: Site): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  if (input.elements !== output.elements || input.type !== output.type)
    throw site.fault(`its output has ${output.elements} values where its input has ${input.elements}`);
  return ([values]) => [values!];
};

/** For each element of an output, the element of an input by lists of indices along each axis. */
const indexed = ({ shape }: Operand, indices: readonly (readonly number[])[]): Int32Array => {
  const strides = stridesOf(shape);
  return places(indices.map((list, axis) => list.map((index) => index * strides[axis]!)));
};

const one = (site: Site, from: Int32Array): Kernel => taking(site, 0, [[site.output(0), from]]);

/** All indices along each axis, but those of one axis. */
const allBut = ({ shape }: Operand, axis: number, indices: readonly number[]): (readonly number[])[] =>
  shape.map((size, i) => (i === axis ? indices : steps(size, 1)));

export const transpose = (site: Site): Kernel => {
  const { shape } = site.feature(0);
  const strides = stridesOf(shape);
  const order = integersOf(site, 1).map((axis) => axisAt(site, axis, shape.length));
  return one(site, places(order.map((axis) => steps(shape[axis]!, strides[axis]!))));
};

export const slice = (site: Site): Kernel => {
  const input = site.feature(0);
  const [begins, sizes] = [integersOf(site, 1), integersOf(site, 2)];
  const indices = begins.map((begin, axis) =>
    steps(sizes[axis]! < 0 ? input.shape[axis]! - begin : sizes[axis]!, 1, begin),
  );
  return one(site, indexed(input, indices));
};

/** Indices along an axis that a strided slice takes, by the rules of numpy. */
const stridedIndices = (
  size: number,
  begin: number | undefined,
  end: number | undefined,
  step: number,
  isShrunk: boolean,
): number[] => {
  const from = (index: number): number => (index < 0 ? index + size : index);
  if (isShrunk) return [from(begin ?? 0)];
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const limited = (index: number): number => Math.min(most, Math.max(least, from(index)));
  const first = begin === undefined ? (step > 0 ? 0 : size - 1) : limited(begin);
  const last = end === undefined ? (step > 0 ? size : -1) : limited(end);
  return steps(Math.max(0, Math.ceil((last - first) / step)), step, first);
};

export const stridedSlice = (site: Site): Kernel => {
  const input = site.feature(0);
  const [begins, ends, strides] = [integersOf(site, 1), integersOf(site, 2), integersOf(site, 3)];
  if (site.number('new_axis_mask') !== 0 || site.number('ellipsis_mask') !== 0)
    throw site.fault('it adds axes or has an ellipsis');
  if (strides.includes(0)) throw site.fault('one of its strides is 0');
  const has = (mask: string, axis: number): boolean => ((site.number(mask) >> axis) & 1) === 1;
  const indices = input.shape.map((size, axis) => {
    if (axis >= begins.length) return steps(size, 1);
    const begin = has('begin_mask', axis) ? undefined : begins[axis]!;
    const end = has('end_mask', axis) ? undefined : ends[axis]!;
    return stridedIndices(size, begin, end, strides[axis]!, has('shrink_axis_mask', axis));
  });
  return one(site, indexed(input, indices));
};

const parts = (site: Site, position: number, axis: number): Kernel => {
  const input = site.feature(position);
  const at = axisAt(site, axis, input.shape.length);
  let first = 0;
  const outputs = steps(site.outputCount, 1).map((k) => {
    const output = site.output(k);
    const from = indexed(input, allBut(input, at, steps(output.shape[at]!, 1, first)));
    first += output.shape[at]!;
    return [output, from] as const;
  });
  return taking(site, position, outputs);
};

export const split = (site: Site): Kernel => parts(site, 1, integersOf(site, 0)[0]!);

export const splitV = (site: Site): Kernel => parts(site, 0, integersOf(site, 2)[0]!);

export const unpack = (site: Site): Kernel => {
  const input = site.feature(0);
  const axis = axisAt(site, site.number('axis'), input.shape.length);
  return taking(
    site,
    0,
    steps(site.outputCount, 1).map((k) => [site.output(k), indexed(input, allBut(input, axis, [k]))]),
  );
};

export const tile = (site: Site): Kernel => {
  const input = site.feature(0);
  const multiples = integersOf(site, 1);
  return one(
    site,
    indexed(
      input,
      input.shape.map((size, axis) => steps(size * multiples[axis]!, 1).map((i) => i % size)),
    ),
  );
};

export const broadcastTo = (site: Site): Kernel =>
  one(site, broadcast(site, site.feature(0).shape, site.output(0).shape));

export const gather = (site: Site): Kernel => {
  const input = site.feature(0);
  if (site.number('batch_dims') !== 0) throw site.fault('it has batch axes');
  const axis = axisAt(site, site.number('axis'), input.shape.length);
  return one(site, indexed(input, allBut(input, axis, integersOf(site, 1))));
};

export const reverse = (site: Site): Kernel => {
  const input = site.feature(0);
  const axes = integersOf(site, 1).map((axis) => axisAt(site, axis, input.shape.length));
  const indices = input.shape.map((size, axis) =>
    axes.includes(axis) ? steps(size, -1, size - 1) : steps(size, 1),
  );
  return one(site, indexed(input, indices));
};

export const mirrorPad = (site: Site): Kernel => {
  const input = site.feature(0);
  const amounts = integersOf(site, 1);
  const edge = site.option('mode') === 'SYMMETRIC' ? 1 : 0;
  const indices = input.shape.map((size, axis) =>
    steps(size + amounts[2 * axis]! + amounts[2 * axis + 1]!, 1, -amounts[2 * axis]!).map((i) =>
      i < 0 ? -i - edge : i >= size ? 2 * (size - 1) - i + edge : i,
    ),
  );
  return one(site, indexed(input, indices));
};

/** Blocks of places that become channels, or the reverse. */
export const depthSpace = (site: Site): Kernel => {
  const toDepth = site.operator.kind === 'SPACE_TO_DEPTH';
  const [input, output] = [site.feature(0), site.output(0)];
  const block = site.number('block_size');
  const [small, large] = toDepth ? [output, input] : [input, output];
  const [batches, height, width] = small.shape as [number, number, number];
  const depth = large.shape[3]!;
  const strides = stridesOf(input.shape);
  const axes = toDepth
    ? [
        ...[
          steps(batches, strides[0]!),
          steps(height, block * strides[1]!),
          steps(width, block * strides[2]!),
        ],
        ...[steps(block, strides[1]!), steps(block, strides[2]!), steps(depth, 1)],
      ]
    : [
        ...[steps(batches, strides[0]!), steps(height, strides[1]!), steps(block, block * depth)],
        ...[steps(width, strides[2]!), steps(block, depth), steps(depth, 1)],
      ];
  return one(site, places(axes));
};

/** The index of the nearest place of an input along an axis. */
const nearest = (i: number, from: number, to: number, align: boolean, half: boolean): number => {
  const scale = align && to > 1 ? Math.fround((from - 1) / (to - 1)) : Math.fround(from / to);
  const place = Math.fround(Math.fround(i + (half ? 0.5 : 0)) * scale);
  return Math.max(0, Math.min(from - 1, align ? Math.round(place) : Math.floor(place)));
};

export const resizeNearest = (site: Site): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  const [align, half] = [site.option('align_corners') === true, site.option('half_pixel_centers') === true];
  const indices = input.shape.map((size, axis) => {
    const to = output.shape[axis]!;
    return steps(to, 1).map((i) => (axis === 1 || axis === 2 ? nearest(i, size, to, align, half) : i));
  });
  return one(site, indexed(input, indices));
};
