/** The allocation of docs/model/scheduling.md#allocation as it reads, with the addresses it ends with. */
import { MersenneTwister } from '../../src/schedule/mersenne-twister.js';

/** Times are inclusive. */
export interface PlainRange {
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

export interface PlainAllocation {
  readonly size: number;
  readonly lowerBound: number;
  /** Size of the first placement, before any search. */
  readonly firstFit: number;
  readonly addresses: readonly number[];
}

interface Placed {
  address: number;
  end: number;
  support: Placed | undefined;
  position: number;
  readonly index: number;
}

const overlap = (a: PlainRange, b: PlainRange): boolean => a.start <= b.end && b.start <= a.end;

export function plainAllocate(given: readonly PlainRange[], limit = Infinity): PlainAllocation {
  const ranges = given.map((range) => ({ ...range, size: Math.ceil(range.size / 16) * 16 }));
  const times = Array.from({ length: Math.max(...ranges.map((r) => r.end)) + 1 }, (_, x) => x);
  const alive = (x: number): number[] =>
    [...ranges.keys()].filter((i) => ranges[i]!.start <= x && x <= ranges[i]!.end);
  const size = times.map((x) => alive(x).reduce((sum, i) => sum + ranges[i]!.size, 0));
  const target = Math.max(...size);
  const neighbours: number[][] = ranges.map(() => []);
  for (const x of times) {
    const here = alive(x);
    for (const a of here) {
      for (const b of here.filter((other) => other > a)) {
        if (neighbours[a]!.includes(b)) continue;
        neighbours[a]!.push(b);
        neighbours[b]!.push(a);
      }
    }
  }
  const pressure = (i: number): number =>
    Math.max(...times.filter((x) => ranges[i]!.start <= x && x <= ranges[i]!.end).map((x) => size[x]!));
  const length = (i: number): number => ranges[i]!.end - ranges[i]!.start;
  let order = [...ranges.keys()].sort(
    (a, b) =>
      pressure(b) - pressure(a) ||
      length(b) - length(a) ||
      ranges[a]!.start - ranges[b]!.start ||
      ranges[b]!.size - ranges[a]!.size ||
      a - b,
  );

  const place = (best: number): { size: number; placed: (Placed | undefined)[] } => {
    const placed: (Placed | undefined)[] = ranges.map(() => undefined);
    let total = 0;
    for (const [position, index] of order.entries()) {
      const wanted = ranges[index]!.size;
      const here: Placed = { address: 0, end: 0, support: undefined, position, index };
      for (let moved = true; moved;) {
        moved = false;
        for (const n of neighbours[index]!) {
          const other = placed[n];
          if (other === undefined || other.end <= here.address) continue;
          if (other.address < here.address + wanted) {
            here.address = other.end;
            here.support = other;
            moved = true;
          }
        }
      }
      here.end = here.address + wanted;
      placed[index] = here;
      total = Math.max(total, here.end);
      if (total > best) break;
    }
    return { size: total, placed };
  };

  const first = place(Infinity);
  let best = first.size;
  let bestOrder = order;
  let bestPlaced = first.placed as Placed[];
  const random = new MersenneTwister();
  const pick = (from: readonly number[]): number => from[random.next() % from.length]!;
  const swap = (a: number, b: number): void => {
    order = order.map((range, i) => (i === a ? order[b]! : i === b ? order[a]! : range));
  };
  let improvement = 0;
  for (let iteration = 0; best > target && iteration < 99_999; iteration++) {
    const top = bestPlaced.reduce((a, b) => (b.end > a.end ? b : a));
    const set = new Set<number>();
    for (const from of [top, ...neighbours[top.index]!.map((n) => bestPlaced[n]!)]) {
      for (let at: Placed | undefined = from; at; at = at.support) set.add(at.position);
    }
    const all = [...set].sort((a, b) => a - b);
    const ranged = (position: number): PlainRange => ranges[bestOrder[position]!]!;
    const non = all.filter((position) => !overlap(ranged(position), ranges[top.index]!));
    const q = random.next() % 100;
    const i1 = q < 30 && non.length > 0 ? pick(non) : pick(all);
    let i2 = pick(all);
    if (i1 === i2) i2 = all.at(-1)!;
    swap(i1, i2);
    if (iteration - improvement > 25) {
      const queue = [top.index];
      const seen = new Set(queue);
      for (const range of queue) {
        for (const n of neighbours[range]!) {
          if (seen.has(n)) continue;
          seen.add(n);
          queue.push(n);
          const { position } = bestPlaced[n]!;
          if (!all.includes(position)) all.push(position);
        }
      }
      const j1 = pick(all);
      let j2 = pick(all);
      if (j1 === j2) j2 = all.at(-1)!;
      swap(j1, j2);
    }
    const { size: got, placed } = place(best);
    if (got <= best) {
      if (got < best) improvement = iteration;
      best = got;
      bestOrder = order;
      bestPlaced = placed as Placed[];
    } else order = bestOrder;
    if (best <= limit && iteration - improvement > 5000) break;
  }
  return {
    size: best,
    lowerBound: target,
    firstFit: first.size,
    addresses: bestPlaced.map(({ address }) => address),
  };
}
