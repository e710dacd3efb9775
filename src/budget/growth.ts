import type { OperatorFigures } from './figures.js';

/** An operator now and before; one of the two may be missing. */
export interface OperatorPair {
  readonly now?: OperatorFigures;
  readonly before?: OperatorFigures;
}

const takeFirst = (map: Map<string, OperatorFigures[]>, key: string): OperatorFigures | undefined =>
  map.get(key)?.shift();

const byKey = (
  operators: Iterable<OperatorFigures>,
  keyOf: (operator: OperatorFigures) => string,
): Map<string, OperatorFigures[]> => {
  const map = new Map<string, OperatorFigures[]>();
  for (const operator of operators) map.set(keyOf(operator), [...(map.get(keyOf(operator)) ?? []), operator]);
  return map;
};

const indexAndName = ({ operator, name }: OperatorFigures): string => `${operator} ${name}`;

/** Pairs operators that agree in index and name, then those that are left and agree in name; the others stay alone. */
export const pairOperators = (
  now: readonly OperatorFigures[],
  before: readonly OperatorFigures[],
): OperatorPair[] => {
  const left = new Set(before);
  const pairs = new Map<OperatorFigures, OperatorFigures>();
  for (const keyOf of [indexAndName, ({ name }: OperatorFigures): string => name]) {
    const candidates = byKey(left, keyOf);
    for (const operator of now) {
      if (pairs.has(operator)) continue;
      const found = takeFirst(candidates, keyOf(operator));
      if (found === undefined) continue;
      pairs.set(operator, found);
      left.delete(found);
    }
  }
  return [
    ...now.map((operator): OperatorPair => {
      const paired = pairs.get(operator);
      return { now: operator, ...(paired && { before: paired }) };
    }),
    ...[...left].map((operator): OperatorPair => ({ before: operator })),
  ];
};

/** Cycles that a pair takes more than before. */
export const growthOf = ({ now, before }: OperatorPair): number => (now?.cycles ?? 0) - (before?.cycles ?? 0);

/** The operator whose cycles grew most; undefined if none grew. */
export const grewMost = (pairs: readonly OperatorPair[]): OperatorPair | undefined =>
  pairs
    .filter((pair) => growthOf(pair) > 0)
    .reduce<OperatorPair | undefined>(
      (most, pair) => (most !== undefined && growthOf(most) >= growthOf(pair) ? most : pair),
      undefined,
    );

/** Operators that run on the CPU now and did not before. */
export const leftTheNpu = (pairs: readonly OperatorPair[]): OperatorFigures[] =>
  pairs.flatMap(({ now, before }) => (now?.onCpu === true && before?.onCpu !== true ? [now] : []));
