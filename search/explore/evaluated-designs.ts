import { FIGURE_AT, FIGURE_COUNT } from '../evaluate/figures.js';
import type { Results } from '../evaluate/session.js';
import { grown } from '../front/grown.js';
import { RowSet } from '../space/row-set.js';
import { designsOf, rowOf, type Designs } from '../space/space.js';

/** Designs that the full estimator has been asked for, in the order of the questions, with its answers. */
export class EvaluatedDesigns {
  readonly rows: RowSet;
  /** The search was aborted before the estimator had answered everything. */
  interrupted = false;
  private figures = new Float64Array(0);
  private readonly known: number[] = [];
  private readonly failures = new Map<number, string>();

  constructor(readonly width: number) {
    this.rows = new RowSet(width);
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

  /** Adds designs that are not there yet, with what the estimator says of them; those that it did not reach stay out. */
  add(designs: Designs, results: Results): void {
    this.interrupted ||= results.interrupted;
    const room = (this.count + designs.count) * FIGURE_COUNT;
    if (room > this.figures.length) this.figures = grown(this.figures, 2 * room);
    for (let row = 0; row < designs.count; row++) {
      const reason = results.failures.get(row);
      if (results.known[row] === 0 && reason === undefined) continue;
      const own = results.figures.subarray(row * FIGURE_COUNT, (row + 1) * FIGURE_COUNT);
      this.figures.set(own, this.count * FIGURE_COUNT);
      if (reason !== undefined) this.failures.set(this.count, reason);
      this.known.push(results.known[row]!);
      this.rows.add(rowOf(designs, row));
    }
  }

  /**
   * The designs and their figures, as explorers hand them on.
   *
   * @param isWanted whether the design of a number is wanted; all are by default
   */
  finish(isWanted: (i: number) => boolean = () => true): {
    readonly designs: Designs;
    readonly results: Results;
  } {
    const { rows, interrupted } = this;
    const wanted = Array.from({ length: this.count }, (_, i) => i).filter(isWanted);
    const figures = new Float64Array(wanted.length * FIGURE_COUNT);
    const failures = new Map<number, string>();
    wanted.forEach((from, to) => {
      figures.set(this.figures.subarray(from * FIGURE_COUNT, (from + 1) * FIGURE_COUNT), to * FIGURE_COUNT);
      const reason = this.failures.get(from);
      if (reason !== undefined) failures.set(to, reason);
    });
    return {
      designs: designsOf(
        wanted.map((i) => rows.row(i)),
        this.width,
      ),
      results: {
        figures,
        width: FIGURE_COUNT,
        known: Uint8Array.from(wanted, (i) => this.known[i]!),
        failures,
        interrupted,
      },
    };
  }
}
