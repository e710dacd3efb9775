/** Instructions of a routine. */
export type Code = readonly (readonly number[])[];

type Tuple<N extends number, T extends number[] = []> = T['length'] extends N ? T : Tuple<N, [...T, number]>;

/** Consecutive numbers of locals. */
export const locals = <N extends number>(first: number, count: N): Tuple<N> =>
  Array.from({ length: count }, (_, i) => first + i) as Tuple<N>;
