import type { Combination } from '../../evaluate/forms.js';
import { grown } from '../../front/grown.js';
import { prune } from '../../front/non-dominated.js';

/** Where labels come from: two labels put together, and perhaps a choice made. */
export class Provenance {
  private left = new Int32Array(1024);
  private right = new Int32Array(1024);
  private choice = new Int32Array(1024);
  private size = 1;

  /** A label that stands for terms alone. */
  static readonly NOTHING = 0;

  /** @param choice position · 65536 + digit, or −1 */
  record(left: number, right: number, choice: number): number {
    if (this.size === this.left.length) {
      [this.left, this.right, this.choice] = [grown(this.left), grown(this.right), grown(this.choice)];
    }
    this.left[this.size] = left;
    this.right[this.size] = right;
    this.choice[this.size] = choice;
    return this.size++;
  }

  get count(): number {
    return this.size - 1;
  }

  /** Writes the choices behind a label into a row of digits. */
  write(label: number, digits: Uint16Array): void {
    const open = [label];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === Provenance.NOTHING) continue;
      const choice = this.choice[at]!;
      if (choice >= 0) digits[choice >> 16] = choice & 0xffff;
      open.push(this.left[at]!, this.right[at]!);
    }
  }
}

/** Costs that designs may reach by their choices so far, none dominated by another. */
export interface Labels {
  readonly count: number;
  readonly costs: Float64Array;
  readonly nodes: Int32Array;
}

/** What a collector needs to know of the objectives. */
export interface CostScale {
  readonly combine: readonly Combination[];
  /**
   * Least that all terms not yet in a label add to each cost (sums), or the least value that the cost can end with
   * (maxima).
   */
  readonly rest: readonly number[];
  readonly limits: readonly number[];
  /** The one cost that thinning leaves exact. */
  readonly exact: number;
  /** Ascending values of the exact cost at which coarser thinning may begin. */
  readonly bands: readonly number[];
  /** Distance within which dominated labels are kept; 0 for none. */
  readonly margins: readonly number[];
}

/** Logarithm of the ratio that the finest grid of costs tells apart. */
const FINEST = Math.log(1 + 1e-5);
const COARSEST_LEVEL = 16;
/** Added to logarithms so that they are positive for every cost that is not zero. */
const SHIFT = 64;

/** Share of the labels that a band may keep, besides what the bands before it have left. */
const SHARES = [0.6, 0.25, 0.15];

/** Relative error of one thinning at a level; level −1 thins nothing. */
export const errorOfLevel = (level: number): number => (level < 0 ? 0 : Math.expm1(FINEST * 2 ** level));

/** Gathers candidates for one state, and keeps those that may be term of the front. */
export class Collector {
  private costs: Float64Array;
  private left: Int32Array;
  private right: Int32Array;
  private choice: Int32Array;
  private count = 0;
  /** Per band, the level of the grid that labels are thinned to: from one level to the next its cells double. */
  levels: number[] = [];
  /** Candidates that were added since the collector was made. */
  added = 0;
  /** False once labels within the margins had to be dropped. */
  complete = true;

  private margins: readonly number[] | undefined;
  private scale: CostScale = { combine: [], rest: [], limits: [], exact: -1, bands: [], margins: [] };

  /**
   * @param k costs per label
   * @param capacity candidates that are held before they are pruned; more if more than half of them are not dominated
   * @param largest most candidates that are ever held: beyond, labels are thinned
   */
  constructor(
    private readonly k: number,
    private capacity: number,
    private readonly largest: number,
  ) {
    this.costs = new Float64Array(capacity * this.k);
    this.left = new Int32Array(capacity);
    this.right = new Int32Array(capacity);
    this.choice = new Int32Array(capacity);
  }

  /** Empties the collector for another state; thinning begins at the levels given. */
  start(scale: CostScale, levels: readonly number[]): void {
    this.scale = scale;
    this.levels = [...levels];
    this.count = 0;
    this.complete = levels.every((level) => level < 0) || scale.margins.every((m) => m === 0);
    this.margins = scale.margins.some((m) => m > 0) ? scale.margins : undefined;
  }

  /** Adds the combination of two labels; their costs lie at `a` in `from` and at `b` in `other`. */
  add(
    from: Float64Array,
    a: number,
    other: Float64Array,
    b: number,
    left: number,
    right: number,
    choice: number,
  ): void {
    const { k } = this;
    this.added++;
    if (this.count === this.capacity) this.makeRoom();
    const at = this.count * k;
    const { combine, rest, limits } = this.scale;
    for (let j = 0; j < k; j++) {
      const [x, y] = [from[a + j]!, other[b + j]!];
      const value = combine[j] === 'sum' ? x + y : Math.max(x, y);
      if (value + (combine[j] === 'sum' ? rest[j]! : 0) > limits[j]!) return;
      this.costs[at + j] = value;
    }
    this.left[this.count] = left;
    this.right[this.count] = right;
    this.choice[this.count] = choice;
    this.count++;
  }

  /** Costs of some labels as the grid of a level sees them. */
  private keys(members: Uint32Array, level: number): Float64Array {
    const { k, costs } = this;
    const { combine, rest, exact } = this.scale;
    const step = FINEST * 2 ** level;
    const keys = new Float64Array(members.length * k);
    for (let j = 0; j < k; j++) {
      const floor = rest[j]!;
      for (let i = 0; i < members.length; i++) {
        const cost = costs[members[i]! * k + j]!;
        if (j === exact) {
          keys[i * k + j] = cost;
          continue;
        }
        const value = combine[j] === 'sum' ? cost + floor : Math.max(cost, floor);
        keys[i * k + j] = value > 0 ? Math.max(0, Math.floor((Math.log(value) + SHIFT) / step)) : 0;
      }
    }
    return keys;
  }

  private keep(kept: Uint32Array): void {
    const { k, costs, left, right, choice } = this;
    kept.sort();
    for (let to = 0; to < kept.length; to++) {
      const from = kept[to]!;
      for (let j = 0; j < k; j++) costs[to * k + j] = costs[from * k + j]!;
      left[to] = left[from]!;
      right[to] = right[from]!;
      choice[to] = choice[from]!;
    }
    this.count = kept.length;
  }

  /** Drops dominated labels, but for those within the margins. */
  private dropDominated(): void {
    const values = this.costs.subarray(0, this.count * this.k);
    this.keep(prune({ values, count: this.count, dimensions: this.k }, this.margins));
  }

  /** Labels of one band that are left when it is thinned to a number of labels. */
  private thinned(members: Uint32Array, band: number, most: number): Uint32Array {
    let left = members;
    let level = this.levels[band]!;
    const thin = (): void => {
      const rows = { values: this.keys(left, level), count: left.length, dimensions: this.k };
      left = prune(rows).map((i) => left[i]!);
    };
    if (level >= 0) thin();
    while (left.length > most && level < COARSEST_LEVEL) {
      level++;
      thin();
    }
    this.levels[band] = level;
    return left;
  }

  /** Thins every band to its share. */
  private thin(most: number): void {
    const { bands, exact } = this.scale;
    const members: number[][] = this.levels.map(() => []);
    for (let i = 0; i < this.count; i++) {
      const cost = this.costs[i * this.k + exact]!;
      let band = 0;
      while (band < bands.length && cost >= bands[band]!) band++;
      members[band]!.push(i);
    }
    const kept: number[] = [];
    let share = 0;
    members.forEach((list, band) => {
      share += band === members.length - 1 ? 1 - share : SHARES[band]!;
      const room = Math.max(1, Math.floor(most * Math.min(1, share)) - kept.length);
      for (const label of this.thinned(Uint32Array.from(list), band, room)) kept.push(label);
    });
    this.keep(Uint32Array.from(kept));
  }

  /** Prunes a full collector, and makes it larger where that is not enough. */
  private makeRoom(): void {
    if (this.capacity === this.largest) {
      this.compact(this.capacity >> 1);
      return;
    }
    this.dropDominated();
    if (2 * this.count <= this.capacity) return;
    this.capacity *= 2;
    this.costs = grown(this.costs);
    [this.left, this.right, this.choice] = [grown(this.left), grown(this.right), grown(this.choice)];
  }

  /** Drops dominated labels; if more than `most` are left, those that are near others. */
  private compact(most: number): void {
    this.dropDominated();
    if (this.count > most && this.margins !== undefined) {
      this.margins = undefined;
      this.complete = false;
      this.dropDominated();
    }
    if (this.count > most || this.levels.some((level) => level >= 0)) this.thin(most);
  }

  /** The labels gathered, in lexicographic order of their costs at the last pruning. */
  finish(provenance: Provenance, most: number): Labels {
    this.compact(most);
    const nodes = new Int32Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const [left, right, choice] = [this.left[i]!, this.right[i]!, this.choice[i]!];
      const same = choice < 0 && (left === Provenance.NOTHING || right === Provenance.NOTHING);
      nodes[i] = same ? left + right : provenance.record(left, right, choice);
    }
    return { count: this.count, costs: this.costs.slice(0, this.count * this.k), nodes };
  }
}
