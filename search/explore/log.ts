import { FIGURE_COUNT } from '../evaluate/figures.js';
import type { Results } from '../evaluate/session.js';
import type { Designs } from '../space/space.js';

/** All designs that a search has evaluated, in order. */
export interface Log {
  /** Takes in the evaluated designs of a table; those that were not reached are left out. */
  readonly add: (designs: Designs, results: Results) => void;
  readonly count: () => number;
  readonly table: (interrupted: boolean) => { readonly designs: Designs; readonly results: Results };
}

/** An empty log. */
export const createLog = (): Log => {
  const chunks: { readonly designs: Designs; readonly results: Results; readonly rows: number[] }[] = [];
  let count = 0;
  return {
    add: (designs, results) => {
      const rows: number[] = [];
      for (let i = 0; i < designs.count; i++) {
        if (results.known[i] === 1 || results.failures.has(i)) rows.push(i);
      }
      count += rows.length;
      chunks.push({ designs, results, rows });
    },
    count: () => count,
    table: (interrupted) => {
      const width = chunks[0]?.designs.width ?? 0;
      const digits = new Uint16Array(count * width);
      const figures = new Float64Array(count * FIGURE_COUNT);
      const known = new Uint8Array(count);
      const failures = new Map<number, string>();
      let at = 0;
      for (const { designs, results, rows } of chunks) {
        for (const row of rows) {
          digits.set(designs.digits.subarray(row * width, (row + 1) * width), at * width);
          figures.set(
            results.figures.subarray(row * FIGURE_COUNT, (row + 1) * FIGURE_COUNT),
            at * FIGURE_COUNT,
          );
          known[at] = results.known[row]!;
          const reason = results.failures.get(row);
          if (reason !== undefined) failures.set(at, reason);
          at++;
        }
      }
      return {
        designs: { count, width, digits },
        results: { figures, width: FIGURE_COUNT, known, failures, interrupted },
      };
    },
  };
};
