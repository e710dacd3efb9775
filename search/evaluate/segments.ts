import { entryOf, type Program, type ProgramOp } from '../../src/schedule/program.js';
import { DisjointSets } from '../space/disjoint-sets.js';
import type { Space } from '../space/space.js';

/**
 * A part of the network that keeps to itself in every design: no operation is made of operators of two segments, and
 * the operations of a segment follow one another, the segments in the same order.
 */
export interface Segment {
  /** Indices in the entry graph's operator list, ascending; every operator is in exactly one segment. */
  readonly operators: readonly number[];
  /** Positions in a row of digits that its figures depend on, ascending; never the system. */
  readonly positions: readonly number[];
}

/** The segments of a space's network on each of its systems. */
export type SystemSegments = readonly (readonly Segment[])[];

/** The segments of a network on one family of accelerators, in the order of their operations. */
export interface Segmentation {
  readonly segments: readonly Segment[];
  /**
   * Segment of each operation of the first graph's program; operations that come from no operator belong to those
   * before them.
   */
  readonly segmentsOf: (program: Program) => Int32Array;
  /** Some operation of the program is made of operators of several segments. */
  readonly crosses: (program: Program) => boolean;
}

/** Operators of one operation and what is fused or chained onto it; the primary's first. */
function membersOf({ lowered }: ProgramOp, indexOf: ReadonlyMap<number, number>): number[] {
  return [lowered, ...lowered.subs].flatMap(({ origin }) => indexOf.get(origin) ?? []);
}

/** Operators of which operations come, in the order of a program. */
function sequenceOf(program: Program, indexOf: ReadonlyMap<number, number>): number[] {
  return entryOf(program).ops.flatMap(({ lowered }) => indexOf.get(lowered.origin) ?? []);
}

/** Joins all sets between two occurrences of the same set; true if there were any. */
function joinInterrupted(sets: DisjointSets, sequence: readonly number[]): boolean {
  const last = new Map<number, number>();
  sequence.forEach((operator, i) => last.set(sets.find(operator), i));
  let joined = false;
  for (let i = 0; i < sequence.length; i++) {
    const first = sequence[i]!;
    let end = last.get(sets.find(first)) ?? i;
    for (let k = i + 1; k <= end; k++) {
      end = Math.max(end, last.get(sets.find(sequence[k]!)) ?? k);
      joined = sets.join(first, sequence[k]!) || joined;
    }
    i = Math.max(i, end);
  }
  return joined;
}

/** Joins all sets between two that come in another order than in `places`; true if there were any. */
function joinDisordered(
  sets: DisjointSets,
  places: ReadonlyMap<number, number>,
  sequence: readonly number[],
): boolean {
  const open: number[] = [];
  let joined = false;
  for (const operator of sequence) {
    const place = places.get(sets.find(operator)) ?? -1;
    while (open.length > 0 && (places.get(sets.find(open.at(-1)!)) ?? -1) > place) {
      joined = sets.join(open.pop()!, operator) || joined;
    }
    open.push(operator);
  }
  return joined;
}

/**
 * Operators that some programs have no operations of go with the one that writes what they read, else with the one
 * before.
 */
function adoptAbsent(sets: DisjointSets, space: Space, sequences: readonly (readonly number[])[]): void {
  const { operators } = space.network.graphs[0];
  const seen = sequences.map((sequence) => new Set(sequence.map((i) => sets.find(i))));
  const present = operators.map((_, i) => seen.every((roots) => roots.has(sets.find(i))));
  const writers = new Map<number, number>();
  operators.forEach(({ outputs }, i) => outputs.forEach((t) => writers.set(t, i)));
  const first = Math.max(present.indexOf(true), 0);
  operators.forEach(({ inputs }, i) => {
    if (present[i] === true) return;
    const writer = inputs.map((t) => writers.get(t)).find((w) => w !== undefined && w < i);
    sets.join(i, writer ?? (i === 0 ? first : i - 1));
  });
}

/** Joins operators until no program splits, repeats or rearranges a set. */
function settle(sets: DisjointSets, sequences: readonly (readonly number[])[]): void {
  let changed = true;
  while (changed) {
    changed = false;
    for (const sequence of sequences) changed = joinInterrupted(sets, sequence) || changed;
    if (changed) continue;
    const places = new Map<number, number>();
    for (const operator of sequences[0]!) {
      const set = sets.find(operator);
      if (!places.has(set)) places.set(set, places.size);
    }
    for (const sequence of sequences.slice(1)) changed = joinDisordered(sets, places, sequence) || changed;
  }
}

/**
 * Choices that operators depend on: those of their sites, those of sites that read constants of theirs (weights that
 * one operator has rearranged are so for all of its readers), and the widths of their feature maps.
 */
function positionsOf(space: Space, members: readonly number[]): number[] {
  const { operators, tensors } = space.network.graphs[0];
  const own = new Set(members);
  const touched = new Set(members.flatMap((i) => [...operators[i]!.inputs, ...operators[i]!.outputs]));
  const readsTheirs = (operator: number): boolean =>
    operators[operator]!.inputs.some((t) => tensors[t]?.constant !== undefined && touched.has(t));
  const sites = space.sites.flatMap(({ site: { operator } }, s) =>
    own.has(operator) || readsTheirs(operator) ? [s] : [],
  );
  const groups = space.groups.flatMap(({ group }, g) =>
    group.tensors.some((t) => touched.has(t)) ? [space.sites.length + g] : [],
  );
  return [...sites, ...groups];
}

/**
 * Finds the segments of a space from the programs of some of its designs, the unchanged one first. Each program is
 * looked at once and not kept.
 */
export function findSegments(space: Space, programs: Iterable<Program>): Segmentation {
  const { operators } = space.network.graphs[0];
  const indexOf = new Map<number, number>();
  operators.forEach(({ origin }, i) => {
    if (origin >= 0 && !indexOf.has(origin)) indexOf.set(origin, i);
  });
  const sets = new DisjointSets(operators.length);
  const sequences: number[][] = [];
  for (const program of programs) {
    sequences.push(sequenceOf(program, indexOf));
    for (const op of entryOf(program).ops) {
      const [primary, ...others] = membersOf(op, indexOf);
      if (primary !== undefined) for (const other of others) sets.join(primary, other);
    }
  }
  adoptAbsent(sets, space, sequences);
  settle(sets, sequences);

  const order = new Map<number, number[]>();
  for (const operator of [...sequences[0]!, ...operators.keys()]) {
    const set = sets.find(operator);
    if (!order.has(set)) order.set(set, []);
  }
  operators.forEach((_, i) => order.get(sets.find(i))!.push(i));
  const members = [...order.values()];
  const segmentOfOperator = new Int32Array(operators.length);
  members.forEach((list, s) => list.forEach((operator) => (segmentOfOperator[operator] = s)));

  const segmentOf = (origin: number): number => {
    const index = indexOf.get(origin);
    return index === undefined ? -1 : segmentOfOperator[index]!;
  };
  return {
    segments: members.map((list) => ({ operators: list, positions: positionsOf(space, list) })),
    segmentsOf: ({ ops }) => {
      let last = 0;
      return Int32Array.from(ops, ({ lowered: { origin } }) => {
        const segment = segmentOf(origin);
        return segment === -1 ? last : (last = segment);
      });
    },
    crosses: ({ ops }) =>
      ops.some(({ lowered: { origin, subs } }) =>
        subs.some((sub) => segmentOf(sub.origin) !== segmentOf(origin)),
      ),
  };
}
