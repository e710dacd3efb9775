import { FIGURE_AT, FIGURE_COUNT } from '../evaluate/figures.js';
import type { Results } from '../evaluate/session.js';
import { RowSet } from '../space/row-set.js';
import type { Designs } from '../space/space.js';

/** Designs that the full estimator has been asked for, in the order of the questions. */
export class EvaluatedDesigns {
  readonly rows: RowSet;
  private readonly figures: Float64Array;
  private readonly known: Uint8Array;
  private readonly failures = new Map<number, string>();
  interrupted = false;

  /** @param capacity most designs that will be asked for */
  constructor(
    capacity: number,
    readonly width: number,
  ) {
    this.rows = new RowSet(capacity, width);
    this.figures = new Float64Array(capacity * FIGURE_COUNT);
    this.known = new Uint8Array(capacity);
  }

  get count(): number {
    return this.rows.size;
  }

  /** True if the design's figures are known. */
  knows(i: number): boolean {
    return this.known[i] === 1;
  }

  figure(i: number, name: keyof typeof FIGURE_AT): number {
    return this.figures[i * FIGURE_COUNT + FIGURE_AT[name]]!;
  }

  /** Adds designs that are not there yet, with what the estimator says of them. */
  add({ count, digits, width }: Designs, results: Results): void {
    const first = this.rows.size;
    for (let i = 0; i < count; i++) this.rows.add(digits.subarray(i * width, (i + 1) * width));
    this.figures.set(results.figures, first * FIGURE_COUNT);
    this.known.set(results.known, first);
    for (const [row, reason] of results.failures) this.failures.set(first + row, reason);
    this.interrupted ||= results.interrupted;
  }

  /** All designs and their figures, as explorers hand them on. */
  finish(): { designs: Designs; results: Results } {
    const { count, width } = this;
    const digits = new Uint16Array(count * width);
    for (let i = 0; i < count; i++) digits.set(this.rows.row(i), i * width);
    return {
      designs: { count, width, digits },
      results: {
        figures: this.figures.subarray(0, count * FIGURE_COUNT),
        width: FIGURE_COUNT,
        known: this.known.subarray(0, count),
        failures: this.failures,
        interrupted: this.interrupted,
      },
    };
  }
}
