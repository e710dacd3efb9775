import { places, stridesOf } from '../broadcast.js';
import {
  constantOf,
  integersOf,
  product,
  samplesOf,
  scaleOf,
  type Kernel,
  type Operand,
  type Site,
} from '../site.js';
import { zeros, type Values } from '../values.js';

/** Where the elements of an output come from: indices into the elements of the inputs, one input after another. */
export interface Move {
  readonly output: Operand;
  readonly inputs: readonly { readonly position: number; readonly operand: Operand }[];
  /** For each element of the output; −1 is `fill`. */
  readonly from: Int32Array;
  readonly fill?: number;
}

const run = (
  { output, inputs, from, fill = 0 }: Move,
  given: readonly (Values | undefined)[],
  samples: number,
): Values => {
  const result = zeros(output.type, output.elements * samples);
  let offset = 0;
  for (const { position, operand } of inputs) {
    const values = samplesOf(operand, given[position], samples);
    const { elements } = operand;
    for (let s = 0; s < samples; s++) {
      const to = s * from.length;
      const first = s * elements;
      for (let i = 0; i < from.length; i++) {
        const index = from[i]! - offset;
        if (index >= 0 && index < elements) result[to + i] = values[first + index]!;
      }
    }
    offset += elements;
  }
  if (fill !== 0) {
    for (let i = 0; i < result.length; i++) if (from[i % from.length]! < 0) result[i] = fill;
  }
  return result;
};

/** A kernel that only moves values. */
export const moving =
  (moves: readonly Move[]): Kernel =>
  (inputs, samples) =>
    moves.map((move) => run(move, inputs, samples));

const positive = (site: Site, axis: number, rank: number): number => {
  const found = axis < 0 ? axis + rank : axis;
  if (found < 0 || found >= rank) throw site.fault(`it names axis ${axis} of ${rank}`);
  return found;
};

/** Kinds that keep all values in their order: RESHAPE, SQUEEZE, EXPAND_DIMS. */
export const reshape = (site: Site): Kernel => {
  const [input, output] = [site.input(0), site.output(0)];
  if (input.elements !== output.elements || input.type !== output.type)
    throw site.fault(`its output has ${output.elements} values where its input has ${input.elements}`);
  return ([values], samples) => [samplesOf(input, values, samples)];
};

/** PAD and PADV2; the value around is the one that stands for zero, or the third input. */
export const pad = (site: Site): Kernel => {
  const [input, output] = [site.input(0), site.output(0)];
  const amounts = integersOf(site, 1);
  const { shape } = input;
  if (
    amounts.length !== 2 * shape.length ||
    shape.some((size, i) => size + amounts[2 * i]! + amounts[2 * i + 1]! !== output.shape[i])
  )
    throw site.fault(`its output is ${output.shape.join('×')}, which does not suit its input and padding`);
  const fill = site.isPresent(2)
    ? constantOf(site, 2)[0]!
    : output.type === 'float32'
      ? 0
      : scaleOf(site, output).zeroPoint;
  const strides = stridesOf(output.shape);
  const offset = strides.reduce((sum, stride, i) => sum + stride * amounts[2 * i]!, 0);
  const from = new Int32Array(output.elements).fill(-1);
  places(shape, strides, offset).forEach((to, i) => (from[to] = i));
  return moving([{ output, inputs: [{ position: 0, operand: input }], from, fill }]);
};

/** CONCATENATION of inputs of one scale. */
export const concatenation = (site: Site): Kernel => {
  const output = site.output(0);
  const rank = output.shape.length;
  const axis = positive(site, site.number('axis'), rank);
  const inputs = Array.from({ length: site.inputCount }, (_, position) => ({
    position,
    operand: site.input(position),
  }));
  const from = new Int32Array(output.elements).fill(-1);
  const strides = stridesOf(output.shape);
  let offset = 0;
  let first = 0;
  for (const { operand } of inputs) {
    if (operand.type !== output.type) throw site.fault('its inputs and output are of different types');
    places(operand.shape, strides, offset).forEach((to, i) => (from[to] = first + i));
    offset += strides[axis]! * operand.shape[axis]!;
    first += operand.elements;
  }
  if (first !== product(output.shape)) throw site.fault('its inputs do not fill its output');
  return moving([{ output, inputs, from }]);
};
