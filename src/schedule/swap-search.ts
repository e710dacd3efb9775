import { pressureOf, sortForPlacing, type FirstFitRanges } from './first-fit.js';
import { MersenneTwister } from './mersenne-twister.js';
import { Neighbours } from './neighbours.js';

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
const NONE = -1;

/** One way of placing all ranges: addresses, what each rests on, and its position in the order. */
class Layout {
  readonly address: Float64Array;
  readonly top: Float64Array;
  readonly support: Int32Array;
  readonly position: Int32Array;
  readonly order: Int32Array;

  constructor(room: number) {
    this.address = new Float64Array(room);
    this.top = new Float64Array(room);
    this.support = new Int32Array(room);
    this.position = new Int32Array(room);
    this.order = new Int32Array(room);
  }

  /** Takes over `count` ranges of another layout. */
  take(from: Layout, count: number): void {
    for (let r = 0; r < count; r++) {
      this.address[r] = from.address[r]!;
      this.top[r] = from.top[r]!;
      this.support[r] = from.support[r]!;
      this.position[r] = from.position[r]!;
      this.order[r] = from.order[r]!;
    }
  }

  swap(a: number, b: number): void {
    const held = this.order[a]!;
    this.order[a] = this.order[b]!;
    this.order[b] = held;
  }
}

/** The reference's search for a better order of placing ranges, on arrays that are used again and again. */
class SwapSearch {
  private readonly neighbours = new Neighbours();
  private room = 0;
  private layout = new Layout(0);
  private best = new Layout(0);
  private pressure = new Float64Array(0);
  private placed = new Uint8Array(0);
  private marked = new Uint8Array(0);
  /** Positions worth swapping, in ascending order: of the highest range, its neighbours, and all that they rest on. */
  private all = new Int32Array(0);
  private allCount = 0;
  /** Those of ranges that are never alive together with the highest. */
  private apart = new Int32Array(0);
  private apartCount = 0;
  private queue = new Int32Array(0);
  /** The highest range. */
  private top = 0;

  /**
   * @param ranges in order of creation
   * @param length number of time indices
   * @returns bytes that they take; undefined where too many are alive at the same time
   */
  run(ranges: FirstFitRanges, length: number, limit: number): number | undefined {
    if (!this.neighbours.find(ranges, length)) return undefined;
    const { count } = ranges;
    this.makeRoom(count);
    const { layout, best, all, apart } = this;
    const lowerBound = pressureOf(ranges, length, this.pressure);
    this.sort(ranges);
    let size = this.place(ranges, Infinity, 0);
    if (size <= lowerBound) return size;

    const random = new MersenneTwister();
    best.take(layout, count);
    let improved = 0;
    const pairs = this.neighbours.first[count]!;
    const trials = Math.min(MAX_ITERATIONS, Math.floor(MAX_VISITS / Math.max(1, pairs)));
    for (let i = 0; i < trials; i++) {
      this.findCandidates(ranges);
      let first: number;
      if (random.next() % 100 < 30 && this.apartCount > 0) first = apart[random.next() % this.apartCount]!;
      else first = all[random.next() % this.allCount]!;
      let second = all[random.next() % this.allCount]!;
      if (first === second) second = all[this.allCount - 1]!;
      layout.swap(first, second);
      let changed = Math.min(first, second);
      if (i - improved > STUCK) {
        this.addFarNeighbours(count);
        first = all[random.next() % this.allCount]!;
        second = all[random.next() % this.allCount]!;
        if (first === second) second = all[this.allCount - 1]!;
        layout.swap(first, second);
        changed = Math.min(changed, first, second);
      }
      const found = this.place(ranges, size, changed);
      if (found <= size) {
        if (found < size) improved = i;
        size = found;
        best.take(layout, count);
        if (size <= lowerBound) break;
      } else {
        layout.take(best, count);
      }
      if (size <= limit && i - improved > PATIENCE) break;
    }
    return size;
  }

  private makeRoom(count: number): void {
    if (count <= this.room) return;
    const room = 2 * count;
    this.room = room;
    this.layout = new Layout(room);
    this.best = new Layout(room);
    this.pressure = new Float64Array(room);
    this.placed = new Uint8Array(room);
    this.marked = new Uint8Array(room);
    this.all = new Int32Array(room);
    this.apart = new Int32Array(room);
    this.queue = new Int32Array(room);
  }

  private sort(ranges: FirstFitRanges): void {
    const { count } = ranges;
    const { order } = this.layout;
    for (let r = 0; r < count; r++) order[r] = r;
    sortForPlacing(order, count, ranges, this.pressure);
  }

  /**
   * Places the ranges from position `from` of the order on, one after another, at the lowest address found; those before
   * keep their places. Gives up above `most`.
   */
  private place({ count, sizes }: FirstFitRanges, most: number, from: number): number {
    const { layout, placed } = this;
    const { first, list } = this.neighbours;
    const { address, top, support, position, order } = layout;
    placed.fill(0, 0, count);
    let size = 0;
    for (let p = 0; p < from; p++) {
      const range = order[p]!;
      placed[range] = 1;
      if (top[range]! > size) size = top[range]!;
    }
    for (let p = from; p < count; p++) {
      const range = order[p]!;
      const length = sizes[range]!;
      const to = first[range + 1]!;
      let low = 0;
      let under = NONE;
      let moved: boolean;
      do {
        moved = false;
        for (let n = first[range]!; n < to; n++) {
          const other = list[n]!;
          if (placed[other] === 0 || top[other]! <= low) continue;
          if (address[other]! < low + length) {
            low = top[other]!;
            under = other;
            moved = true;
          }
        }
      } while (moved);
      placed[range] = 1;
      address[range] = low;
      top[range] = low + length;
      support[range] = under;
      position[range] = p;
      if (low + length > size) size = low + length;
      if (size > most) break;
    }
    return size;
  }

  private findCandidates({ count, starts, ends }: FirstFitRanges): void {
    const { layout, all, apart, marked } = this;
    const { first, list } = this.neighbours;
    let top = 0;
    for (let i = 1; i < count; i++) if (layout.top[i]! > layout.top[top]!) top = i;
    this.top = top;
    this.markChain(top);
    for (let n = first[top]!; n < first[top + 1]!; n++) this.markChain(list[n]!);
    let allCount = 0;
    let apartCount = 0;
    const start = starts[top]!;
    const end = ends[top]!;
    for (let p = 0; p < count; p++) {
      if (marked[p] === 0) continue;
      marked[p] = 0;
      all[allCount++] = p;
      const range = layout.order[p]!;
      if (ends[range]! < start || starts[range]! > end) apart[apartCount++] = p;
    }
    this.allCount = allCount;
    this.apartCount = apartCount;
  }

  private markChain(range: number): void {
    const { marked } = this;
    const { support, position } = this.layout;
    for (let at = range; at !== NONE && marked[position[at]!] === 0; at = support[at]!) {
      marked[position[at]!] = 1;
    }
  }

  /** Adds to the candidates all ranges that can be reached from the highest through ranges alive together, nearest first. */
  private addFarNeighbours(count: number): void {
    const { all, marked, placed: visited, queue, layout, top } = this;
    const { first, list } = this.neighbours;
    let allCount = this.allCount;
    for (let k = 0; k < allCount; k++) marked[all[k]!] = 1;
    visited.fill(0, 0, count);
    visited[top] = 1;
    queue[0] = top;
    for (let q = 0, queued = 1; q < queued; q++) {
      const range = queue[q]!;
      for (let n = first[range]!; n < first[range + 1]!; n++) {
        const other = list[n]!;
        if (visited[other] === 1) continue;
        visited[other] = 1;
        queue[queued++] = other;
        const position = layout.position[other]!;
        if (marked[position] === 0) {
          marked[position] = 1;
          all[allCount++] = position;
        }
      }
    }
    for (let k = 0; k < allCount; k++) marked[all[k]!] = 0;
    this.allCount = allCount;
  }
}

const SEARCH = new SwapSearch();

/**
 * Bytes that ranges take when the reference's search places them (docs/model/scheduling.md#allocation): first fit in
 * order of pressure, then random swaps from a fixed seed until the lower bound is met.
 *
 * @param ranges in order of creation
 * @param length number of time indices
 * @param limit the size that the result should not exceed
 * @returns undefined where too many ranges are alive at the same time for a search
 */
export const searchSwaps = (ranges: FirstFitRanges, length: number, limit: number): number | undefined =>
  SEARCH.run(ranges, length, limit);
