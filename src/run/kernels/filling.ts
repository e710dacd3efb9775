import { stridesOf } from '../../graph/shape.js';
import { places, steps } from '../broadcast.js';
import { roundAway } from '../multiplier.js';
import {
  activationRange,
  constantOf,
  integersOf,
  sameScale,
  scaleOf,
  type Kernel,
  type Operand,
  type Scale,
  type Site,
} from '../site.js';
import { isQuantised, RANGES } from '../values.js';
import { axisAt, moving, type Source } from './moves.js';

/** PAD and PADV2; the value around is the one that stands for zero, or the third input. */
export const pad = (site: Site): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  const amounts = integersOf(site, 1);
  const { shape } = input;
  const isFitting = shape.every(
    (size, axis) => size + amounts[2 * axis]! + amounts[2 * axis + 1]! === output.shape[axis],
  );
  if (!isFitting || input.type !== output.type)
    throw site.fault(`its output is ${output.shape.join('×')}, which does not suit its input and padding`);
  const zero = isQuantised(output.type) ? scaleOf(site, output).zeroPoint : 0;
  const strides = stridesOf(output.shape);
  const to = places(
    shape.map((size, axis) => steps(size, strides[axis]!, strides[axis]! * amounts[2 * axis]!)),
  );
  return moving([
    {
      output,
      sources: [{ position: 0, operand: input, from: Int32Array.from(to.keys()), to }],
      fill: site.isPresent(2) ? constantOf(site, 2)[0]! : zero,
    },
  ]);
};

/** The kernel that puts inputs side by side along an axis; each is `sizeOf` it long. */
const join = (site: Site, axis: number, sizeOf: (input: Operand) => number): Kernel => {
  const output = site.output(0);
  const strides = stridesOf(output.shape);
  let first = 0;
  const sources = steps(site.inputCount, 1).map((position): Source => {
    const operand = site.feature(position);
    const size = sizeOf(operand);
    const to = places(
      output.shape.map((all, i) =>
        i === axis ? steps(size, strides[i]!, first * strides[i]!) : steps(all, strides[i]!),
      ),
    );
    if (operand.type !== output.type || to.length !== operand.elements)
      throw site.fault(`its input ${position} does not suit its output of ${output.shape.join('×')}`);
    first += size;
    return { position, operand, from: Int32Array.from(to.keys()), to };
  });
  if (first !== output.shape[axis]) throw site.fault('its inputs do not fill its output');
  return moving([{ output, sources }]);
};

/** PACK puts inputs side by side along an axis of their own. */
export const pack = (site: Site): Kernel =>
  join(site, axisAt(site, site.number('axis'), site.output(0).shape.length), () => 1);

/** A stored value of one scale in another, by a product of float32. */
const rescale = (from: Scale, to: Scale, [least, greatest]: readonly [number, number]) => {
  const factor = Math.fround(from.scale * Math.fround(1 / to.scale));
  const bias = Math.fround(-from.zeroPoint * factor);
  return (stored: number): number => {
    const value = roundAway(Math.fround(Math.fround(stored * factor) + bias)) + to.zeroPoint;
    return Math.min(greatest, Math.max(least, value));
  };
};

/** CONCATENATION; inputs of another scale than the output are rescaled first, which only uint8 allows. */
export const concatenation = (site: Site): Kernel => {
  const output = site.output(0);
  const axis = axisAt(site, site.number('axis'), output.shape.length);
  const joined = join(site, axis, ({ shape }) => shape[axis]!);
  const activation = site.option('fused_activation_function') ?? 'NONE';
  if (activation !== 'NONE') throw site.fault(`its activation is ${String(activation)}`);
  if (!isQuantised(output.type)) return joined;
  const to = scaleOf(site, output);
  const range = activationRange(site, output.type, to);
  const scalings = steps(site.inputCount, 1).map((position) => {
    const from = scaleOf(site, site.feature(position));
    if (sameScale(from, to)) return undefined;
    if (output.type !== 'uint8') throw site.fault('its inputs and output have different scales');
    return rescale(from, to, range);
  });
  if (scalings.every((scaling) => scaling === undefined)) return joined;
  const all = RANGES.uint8[1] + 1;
  const tables = scalings.map((scaling) => scaling && Uint8Array.from(steps(all, 1), scaling));
  return (inputs, samples) =>
    joined(
      inputs.map((values, i) => {
        const table = tables[i];
        return table === undefined ? values : Uint8Array.from(values!, (value) => table[value]!);
      }),
      samples,
    );
};
