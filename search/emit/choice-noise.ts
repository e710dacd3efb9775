import { groupBy } from '../../src/groups.js';
import type { Digits, Space } from '../space/space.js';

/** The output noise of a space's choices, added up; NaN where it was not measured. */
export interface Noise {
  /** Of all choices of a design. */
  readonly all: (digits: Digits) => number;
  /** Of the choices that belong to an operator: its own option, and the widths of groups that it is the first to write. */
  readonly at: (operator: number, digits: Digits) => number;
}

/** Reads the noise of a space's choices. */
export const noiseOf = ({ noise, sites, groups }: Space): Noise => {
  if (noise === undefined) return { all: () => NaN, at: () => NaN };
  const values = [...noise.sites, ...noise.groups];
  const operators = [...sites.map(({ site }) => site.operator), ...groups.map(({ group }) => group.operator)];
  const positions = groupBy(operators.keys(), (position) => operators[position]!);
  const sum = (of: Iterable<number>, digits: Digits): number => {
    let total = 0;
    for (const position of of) total += values[position]![digits[position]!]!;
    return total;
  };
  return {
    all: (digits) => sum(values.keys(), digits),
    at: (operator, digits) => sum(positions.get(operator) ?? [], digits),
  };
};
