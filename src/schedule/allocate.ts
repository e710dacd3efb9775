import { roundUp } from '../cost/integers.js';
import { allocateFirstFit, placingOrder, RangeList, type FirstFit } from './first-fit.js';
import type { Liveness } from './liveness.js';
import { MersenneTwister } from './mersenne-twister.js';
import { rangesOf, withNeighbours, type NeighbouredRanges, type Ranges } from './ranges.js';

const MAX_ITERATIONS = 99_999;
/** Iterations without improvement after which a result that fits is accepted. */
const PATIENCE = 5000;
/** Iterations without improvement after which far neighbours are tried. */
const STUCK = 25;
/**
 * Neighbours of ranges that all trials together look at. Only networks with hundreds of tensors that are alive at the
 * same time, and that do not fit at once, have fewer trials because of it.
 */
const MAX_VISITS = 2 ** 31;
/** Up to so many ranges are placed once before anything is known of their neighbours: that is nearly always enough. */
const FEW = 500;
const NONE = -1;

function initialOrder({ count, start, end, size, pressure }: Ranges): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const ranges = { starts: start, ends: end, sizes: size };
  return order.sort((a, b) => placingOrder(ranges, pressure, a, b));
}

const LIST = new RangeList();

/** The ranges that are ever used, sizes rounded up. */
function listOf({ count, starts, ends, sizes, length }: Liveness, alignment: number): RangeList {
  LIST.clear();
  for (let r = 0; r < count; r++) {
    const end = Math.min(ends[r]!, length - 1);
    if (starts[r]! <= end) LIST.add(starts[r]!, end, roundUp(sizes[r]!, alignment));
  }
  return LIST;
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

/**
 * Places the ranges from position `from` of the order on, one after another, at the lowest address found; those before
 * keep their places. Gives up above `best`.
 */
function place(
  r: NeighbouredRanges,
  order: Int32Array,
  layout: Layout,
  placed: Uint8Array,
  best: number,
  from: number,
): number {
  placed.fill(0);
  let size = 0;
  for (let p = 0; p < from; p++) {
    const range = order[p]!;
    placed[range] = 1;
    if (layout.top[range]! > size) size = layout.top[range]!;
  }
  for (let p = from; p < r.count; p++) {
    const range = order[p]!;
    const length = r.size[range]!;
    let address = 0;
    let support = NONE;
    let moved: boolean;
    do {
      moved = false;
      for (let n = r.first[range]!; n < r.first[range + 1]!; n++) {
        const other = r.neighbours[n]!;
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
    if (address + length > size) size = address + length;
    if (size > best) break;
  }
  return size;
}

/** Positions worth swapping: of the highest range, its neighbours, and all that they rest on. */
class Candidates {
  /** In ascending order. */
  readonly all: number[] = [];
  /** Those of ranges that are never alive together with the highest. */
  readonly apart: number[] = [];
  /** The highest range. */
  top = 0;
  private readonly marked: Uint8Array;

  constructor(private readonly r: NeighbouredRanges) {
    this.marked = new Uint8Array(r.count);
  }

  find(order: Int32Array, layout: Layout): void {
    const { r, all, apart, marked } = this;
    let top = 0;
    for (let i = 1; i < r.count; i++) if (layout.top[i]! > layout.top[top]!) top = i;
    this.top = top;
    this.markChain(top, layout);
    for (let n = r.first[top]!; n < r.first[top + 1]!; n++) this.markChain(r.neighbours[n]!, layout);
    all.length = 0;
    apart.length = 0;
    const [start, end] = [r.start[top]!, r.end[top]!];
    for (let p = 0; p < r.count; p++) {
      if (marked[p] === 0) continue;
      marked[p] = 0;
      all.push(p);
      const range = order[p]!;
      if (r.end[range]! < start || r.start[range]! > end) apart.push(p);
    }
  }

  private markChain(range: number, { support, position }: Layout): void {
    for (let at = range; at !== NONE && this.marked[position[at]!] === 0; at = support[at]!) {
      this.marked[position[at]!] = 1;
    }
  }
}

function addFarNeighbours(r: NeighbouredRanges, layout: Layout, top: number, all: number[]): void {
  const known = new Set(all);
  const visited = new Uint8Array(r.count);
  visited[top] = 1;
  const queue = [top];
  for (let q = 0; q < queue.length; q++) {
    const range = queue[q]!;
    for (let n = r.first[range]!; n < r.first[range + 1]!; n++) {
      const other = r.neighbours[n]!;
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
 * Bytes that the ranges take when they are placed by the reference's search (docs/model/scheduling.md#allocation). It
 * is deterministic: first fit in order of pressure, then random swaps from a fixed seed until the lower bound is met.
 *
 * @param limit the size that the result should not exceed
 * @param tried the first trial is known to be no optimum
 */
export function allocate(liveness: Liveness, alignment: number, limit = Infinity, tried = false): number {
  if (liveness.count === 0) return 0;
  const trial = (): FirstFit => allocateFirstFit(listOf(liveness, alignment), liveness.length);
  if (liveness.count <= FEW && !tried) {
    const { size, peak } = trial();
    if (size <= peak) return size;
  }
  const ranges = rangesOf(liveness, alignment);
  const r = withNeighbours(ranges, liveness.length);
  if (r === undefined) return trial().size;
  const order = initialOrder(ranges);
  const placed = new Uint8Array(r.count);
  const layout = newLayout(r.count);
  let best = place(r, order, layout, placed, Infinity, 0);
  if (best <= r.lowerBound) return best;

  const random = new MersenneTwister();
  const found = new Candidates(r);
  const bestOrder = order.slice();
  const bestLayout = newLayout(r.count);
  copyLayout(layout, bestLayout);
  let improved = 0;
  const trials = Math.min(MAX_ITERATIONS, Math.floor(MAX_VISITS / Math.max(1, r.neighbours.length)));
  for (let i = 0; i < trials; i++) {
    found.find(order, layout);
    const { all, apart, top } = found;
    const pick = (from: readonly number[]): number => from[random.next() % from.length]!;
    const far = random.next() % 100 < 30 && apart.length > 0;
    let first = pick(far ? apart : all);
    let second = pick(all);
    if (first === second) second = all[all.length - 1]!;
    swap(order, first, second);
    let changed = Math.min(first, second);
    if (i - improved > STUCK) {
      addFarNeighbours(r, layout, top, all);
      first = pick(all);
      second = pick(all);
      if (first === second) second = all[all.length - 1]!;
      swap(order, first, second);
      changed = Math.min(changed, first, second);
    }
    const size = place(r, order, layout, placed, best, changed);
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
