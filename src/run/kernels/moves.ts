import type { Kernel, Operand, Site } from '../site.js';
import { zeros, type Values } from '../values.js';

/** An input that values are taken from. */
export interface Source {
  readonly position: number;
  readonly operand: Operand;
  /** Which element of the input goes to which element of the output, pair by pair. */
  readonly from: Int32Array;
  readonly to?: Int32Array;
}

/** An output whose values are only moved; elements that nothing is moved to are `fill`. */
export interface Move {
  readonly output: Operand;
  readonly sources: readonly Source[];
  readonly fill?: number;
}

const move = (
  { output, sources, fill = 0 }: Move,
  given: readonly (Values | undefined)[],
  samples: number,
): Values => {
  const result = zeros(output.type, output.elements * samples);
  if (fill !== 0) result.fill(fill);
  for (const { position, operand, from, to } of sources) {
    const values = given[position]!;
    for (let s = 0; s < samples; s++) {
      const source = values.subarray(s * operand.elements, (s + 1) * operand.elements);
      const target = result.subarray(s * output.elements, (s + 1) * output.elements);
      if (to) for (let i = 0; i < from.length; i++) target[to[i]!] = source[from[i]!]!;
      else for (let i = 0; i < from.length; i++) target[i] = source[from[i]!]!;
    }
  }
  return result;
};

/** A kernel that only moves values, for one output or several. */
export const moving =
  (moves: readonly Move[]): Kernel =>
  (inputs, samples) =>
    moves.map((one) => move(one, inputs, samples));

/** A kernel whose outputs take each element from one input, in order. */
export const taking = (
  site: Site,
  position: number,
  froms: readonly (readonly [output: Operand, from: Int32Array])[],
): Kernel => {
  const operand = site.feature(position);
  for (const [output, from] of froms) {
    if (output.type !== operand.type) throw site.fault('its input and output are of different types');
    if (from.length !== output.elements)
      throw site.fault(`its output has ${output.elements} values where ${from.length} are taken`);
    if (from.some((index) => index < 0 || index >= operand.elements))
      throw site.fault('it takes values from outside of its input');
  }
  return moving(froms.map(([output, from]) => ({ output, sources: [{ position, operand, from }] })));
};

/** The number of an axis that may count from the last. */
export const axisAt = (site: Site, axis: number, rank: number): number => {
  const found = axis < 0 ? axis + rank : axis;
  if (!(found >= 0 && found < rank)) throw site.fault(`it names axis ${axis} of ${rank}`);
  return found;
};
