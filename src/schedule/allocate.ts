import { roundUp } from '../cost/integers.js';
import type { Liveness } from './liveness.js';
import { MersenneTwister } from './mersenne-twister.js';

const MAX_ITERATIONS = 99_999;
/** Iterations without improvement after which a result that fits is accepted. */
const PATIENCE = 5000;
/** Iterations without improvement after which far neighbours are tried. */
const STUCK = 25;
const NONE = -1;

interface Ranges {
  readonly count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly size: Float64Array;
  /** Ranges that are alive at the same time, in order of first meeting. */
  readonly neighbours: readonly (readonly number[])[];
  /** Largest sum of live sizes: no allocation can be smaller. */
  readonly lowerBound: number;
  /** Largest sum of live sizes during each range. */
  readonly pressure: Float64Array;
}

function collect(liveness: Liveness, alignment: number): Ranges {
  const { count } = liveness;
  const start = liveness.starts;
  const end = liveness.ends.slice(0, count);
  const size = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    end[r] = Math.min(end[r]!, liveness.length - 1);
    size[r] = roundUp(liveness.sizes[r]!, alignment);
  }
  const alive: number[][] = Array.from({ length: liveness.length }, () => []);
  const total = new Float64Array(liveness.length);
  for (let r = 0; r < count; r++) {
    for (let t = start[r]!; t <= end[r]!; t++) {
      alive[t]!.push(r);
      total[t]! += size[r]!;
    }
  }
  let lowerBound = 0;
  for (const bytes of total) lowerBound = Math.max(lowerBound, bytes);
  const pressure = new Float64Array(count);
  for (let r = 0; r < count; r++) {
    for (let t = start[r]!; t <= end[r]!; t++) pressure[r] = Math.max(pressure[r]!, total[t]!);
  }
  const neighbours: number[][] = Array.from({ length: count }, () => []);
  for (let t = 0; t < liveness.length; t++) {
    const now = alive[t]!;
    for (let i = 0; i < now.length; i++) {
      const a = now[i]!;
      for (let j = i + 1; j < now.length; j++) {
        const b = now[j]!;
        // Two ranges meet for the first time when the later of them begins.
        if (Math.max(start[a]!, start[b]!) !== t) continue;
        neighbours[a]!.push(b);
        neighbours[b]!.push(a);
      }
    }
  }
  return { count, start, end, size, neighbours, lowerBound, pressure };
}

function initialOrder(r: Ranges): Int32Array {
  const order = Int32Array.from({ length: r.count }, (_, i) => i);
  return order.sort(
    (a, b) =>
      r.pressure[b]! - r.pressure[a]! ||
      r.end[b]! - r.start[b]! - (r.end[a]! - r.start[a]!) ||
      r.start[a]! - r.start[b]! ||
      r.size[b]! - r.size[a]! ||
      a - b,
  );
}

/** One way of placing all ranges: addresses, what each rests on, and its position in the order. */
interface Layout {
  readonly address: Float64Array;
  readonly top: Float64Array;
  readonly support: Int32Array;
  readonly position: Int32Array;
}

const newLayout = (count: number): Layout => ({
  address: new Float64Array(count),
  top: new Float64Array(count),
  support: new Int32Array(count),
  position: new Int32Array(count),
});

function copyLayout(from: Layout, to: Layout): void {
  to.address.set(from.address);
  to.top.set(from.top);
  to.support.set(from.support);
  to.position.set(from.position);
}

/** Places the ranges one after another at the lowest address found; gives up above `best`. */
function place(r: Ranges, order: Int32Array, layout: Layout, placed: Uint8Array, best: number): number {
  placed.fill(0);
  let size = 0;
  for (let p = 0; p < r.count; p++) {
    const range = order[p]!;
    const length = r.size[range]!;
    let address = 0;
    let support = NONE;
    let moved: boolean;
    do {
      moved = false;
      for (const other of r.neighbours[range]!) {
        if (placed[other] === 0) continue;
        const top = layout.top[other]!;
        if (top <= address) continue;
        if (layout.address[other]! < address + length) {
          address = top;
          support = other;
          moved = true;
        }
      }
    } while (moved);
    placed[range] = 1;
    layout.address[range] = address;
    layout.top[range] = address + length;
    layout.support[range] = support;
    layout.position[range] = p;
    size = Math.max(size, address + length);
    if (size > best) break;
  }
  return size;
}

/** Positions worth swapping: of the highest range, its neighbours, and all that they rest on. */
function candidates(
  r: Ranges,
  order: Int32Array,
  layout: Layout,
): { all: number[]; apart: number[]; top: number } {
  let top = 0;
  for (let i = 1; i < r.count; i++) if (layout.top[i]! > layout.top[top]!) top = i;
  const positions = new Set<number>();
  const addChain = (range: number): void => {
    for (let at = range; at !== NONE; at = layout.support[at]!) positions.add(layout.position[at]!);
  };
  addChain(top);
  r.neighbours[top]!.forEach(addChain);
  const all = [...positions].sort((a, b) => a - b);
  const apart = all.filter((p) => {
    const range = order[p]!;
    return r.end[range]! < r.start[top]! || r.start[range]! > r.end[top]!;
  });
  return { all, apart, top };
}

function addFarNeighbours(r: Ranges, layout: Layout, top: number, all: number[]): void {
  const known = new Set(all);
  const visited = new Uint8Array(r.count);
  visited[top] = 1;
  const queue = [top];
  for (let q = 0; q < queue.length; q++) {
    for (const other of r.neighbours[queue[q]!]!) {
      if (visited[other] === 1) continue;
      visited[other] = 1;
      queue.push(other);
      const position = layout.position[other]!;
      if (!known.has(position)) {
        known.add(position);
        all.push(position);
      }
    }
  }
}

function swap(order: Int32Array, a: number, b: number): void {
  const held = order[a]!;
  order[a] = order[b]!;
  order[b] = held;
}

/**
 * Bytes that the ranges take when they are placed by the reference's search (reference 04 section 9). It is
 * deterministic: first fit in order of pressure, then random swaps from a fixed seed until the lower bound is met.
 *
 * @param limit the size that the result should not exceed
 */
export function allocate(liveness: Liveness, alignment: number, limit = Infinity): number {
  const r = collect(liveness, alignment);
  if (r.count === 0) return 0;
  const order = initialOrder(r);
  const placed = new Uint8Array(r.count);
  const layout = newLayout(r.count);
  let best = place(r, order, layout, placed, Infinity);
  if (best <= r.lowerBound) return best;

  const random = new MersenneTwister();
  const bestOrder = order.slice();
  const bestLayout = newLayout(r.count);
  copyLayout(layout, bestLayout);
  let improved = 0;
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const { all, apart, top } = candidates(r, order, layout);
    const pick = (from: readonly number[]): number => from[random.next() % from.length]!;
    const far = random.next() % 100 < 30 && apart.length > 0;
    let first = pick(far ? apart : all);
    let second = pick(all);
    if (first === second) second = all[all.length - 1]!;
    swap(order, first, second);
    if (i - improved > STUCK) {
      addFarNeighbours(r, layout, top, all);
      first = pick(all);
      second = pick(all);
      if (first === second) second = all[all.length - 1]!;
      swap(order, first, second);
    }
    const size = place(r, order, layout, placed, best);
    if (size <= best) {
      if (size < best) improved = i;
      best = size;
      bestOrder.set(order);
      copyLayout(layout, bestLayout);
      if (best <= r.lowerBound) break;
    } else {
      order.set(bestOrder);
      copyLayout(bestLayout, layout);
    }
    if (best <= limit && i - improved > PATIENCE) break;
  }
  return best;
}
