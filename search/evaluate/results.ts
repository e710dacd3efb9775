import type { Designs } from '../space/space.js';
import { type Batch, type BatchResult, type Wanted, widthReason } from './batch.js';
import { FIGURE_COUNT } from './figures.js';
import type { SystemSegments } from './segments.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';

/** Figures of evaluated designs, by their row in the table of designs. */
export interface Results {
  /** `width` numbers per design. */
  readonly figures: Float64Array;
  /** Numbers per design: `FIGURE_COUNT`, or those of a row of segment figures (0 if no design has any). */
  readonly width: number;
  /** 1 where a design's figures are known. */
  readonly known: Uint8Array;
  /** Designs that could not be evaluated, by row. */
  readonly failures: ReadonlyMap<number, string>;
  /** The evaluation was aborted before all designs were finished. */
  readonly interrupted: boolean;
}

/** Designs whose figures are known. */
export const knownCount = ({ known }: Results): number => known.reduce((sum, k) => sum + k, 0);

/** Every design of the table was evaluated, with or without success. */
export const isWhole = ({ count }: Designs, results: Results): boolean =>
  knownCount(results) + results.failures.size === count;

/** Rows [from, to) of a table of designs. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Designs to evaluate, by their rows, as engines see them. */
export interface Table {
  readonly count: number;
  readonly batch: (range: Range) => Batch;
  /** Takes what came back for a batch. */
  readonly accept: (range: Range, result: BatchResult) => void;
  /** Gives up on designs. */
  readonly fail: (range: Range, reason: string) => void;
}

/** Collects what batches bring, for one table of designs. */
export class Collector {
  finished = 0;
  private figures: Float64Array;
  private width: number;
  private readonly known: Uint8Array;
  private readonly failures = new Map<number, string>();

  constructor(
    private readonly designs: Designs,
    private readonly wanted: Wanted,
    private readonly onProgress: ((finished: number) => void) | undefined,
  ) {
    this.width = wanted === 'figures' ? FIGURE_COUNT : 0;
    this.figures = new Float64Array(designs.count * this.width);
    this.known = new Uint8Array(designs.count);
  }

  /** All designs. */
  allRows(): Uint32Array {
    return new Uint32Array(this.designs.count).map((_, row) => row);
  }

  batch(rows: Uint32Array): Batch {
    const { digits: all, width } = this.designs;
    const digits = new Uint16Array(rows.length * width);
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i]! * width;
      for (let k = 0; k < width; k++) digits[i * width + k] = all[from + k]!;
    }
    return { digits, width, wanted: this.wanted };
  }

  accept(rows: Uint32Array, { figures, width, failures }: Omit<BatchResult, 'milliseconds'>): void {
    if (this.width === 0 && width > 0) {
      this.width = width;
      this.figures = new Float64Array(this.designs.count * width);
    }
    if (width !== this.width && width > 0) {
      this.fail(rows, widthReason(width, this.width));
      return;
    }
    for (let i = 0; i < rows.length; i++) {
      const to = rows[i]! * width;
      for (let k = 0; k < width; k++) this.figures[to + k] = figures[i * width + k]!;
      this.known[rows[i]!] = 1;
    }
    for (const [i, reason] of failures) {
      this.known[rows[i]!] = 0;
      this.failures.set(rows[i]!, reason);
    }
    this.advance(rows.length);
  }

  fail(rows: Uint32Array, reason: string): void {
    for (const row of rows) this.failures.set(row, reason);
    this.advance(rows.length);
  }

  results(aborted: boolean): Results {
    const { figures, width, known } = this;
    const failures = new Map([...this.failures].sort(([a], [b]) => a - b));
    return { figures, width, known, failures, interrupted: aborted && this.finished < this.designs.count };
  }

  private advance(count: number): void {
    this.finished += count;
    this.onProgress?.(this.finished);
  }
}

/** What came back for rows of a collector. */
export type Kept = Omit<BatchResult, 'milliseconds'> & { readonly rows: Uint32Array };

/** Rows of a collector as a table. */
export class Part implements Table {
  /** @param keep told of everything that came back */
  constructor(
    private readonly whole: Collector,
    private readonly rows: Uint32Array,
    private readonly keep?: (result: Kept) => void,
  ) {}

  get count(): number {
    return this.rows.length;
  }

  batch({ from, to }: Range): Batch {
    return this.whole.batch(this.rows.subarray(from, to));
  }

  accept({ from, to }: Range, { figures, width, failures }: BatchResult): void {
    const rows = this.rows.subarray(from, to);
    this.keep?.({ rows, figures, width, failures });
    this.whole.accept(rows, { figures, width, failures });
  }

  fail({ from, to }: Range, reason: string): void {
    this.whole.fail(this.rows.subarray(from, to), reason);
  }
}

/** One way to evaluate tables of designs, one after another or side by side. */
export interface Engine {
  /** Ends when all designs are finished, or soon after `until` or an abort. */
  readonly evaluate: (table: Table, wanted: Wanted, until: number) => Promise<void>;
  /**
   * The segments of the network on every system; undefined if `until` or an abort came before.
   * @throws if the network cannot be compiled
   */
  readonly segments: (until: number) => Promise<SystemSegments | undefined>;
  /** Goes through parts of the space, in no order; ends early soon after `until` or an abort. */
  readonly walk: (
    tasks: Iterable<WalkTask>,
    until: number,
    take: (task: WalkTask, result: WalkResult) => void,
  ) => Promise<void>;
  readonly close: () => Promise<void>;
}
