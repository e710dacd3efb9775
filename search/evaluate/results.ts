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
export class Collector implements Table {
  readonly count: number;
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
    this.count = designs.count;
    this.width = wanted === 'figures' ? FIGURE_COUNT : 0;
    this.figures = new Float64Array(designs.count * this.width);
    this.known = new Uint8Array(designs.count);
  }

  batch({ from, to }: Range): Batch {
    const { digits, width } = this.designs;
    return { digits: digits.slice(from * width, to * width), width, wanted: this.wanted };
  }

  accept(range: Range, result: BatchResult): void {
    const { from, to } = range;
    if (this.width === 0 && result.width > 0) {
      this.width = result.width;
      this.figures = new Float64Array(this.count * this.width);
    }
    if (result.width !== this.width && result.width > 0) {
      this.fail(range, widthReason(result.width, this.width));
      return;
    }
    this.figures.set(result.figures, from * this.width);
    this.known.fill(1, from, to);
    for (const [row, reason] of result.failures) {
      this.known[from + row] = 0;
      this.failures.set(from + row, reason);
    }
    this.advance(to - from);
  }

  fail({ from, to }: Range, reason: string): void {
    for (let row = from; row < to; row++) this.failures.set(row, reason);
    this.advance(to - from);
  }

  results(aborted: boolean): Results {
    const { figures, width, known } = this;
    const failures = new Map([...this.failures].sort(([a], [b]) => a - b));
    return { figures, width, known, failures, interrupted: aborted && this.finished < this.count };
  }

  private advance(count: number): void {
    this.finished += count;
    this.onProgress?.(this.finished);
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
