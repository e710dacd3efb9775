import { createBreath } from '../../evaluate/breathe.js';
import { forEachNeighbour } from '../../space/neighbours.js';
import { RowSet } from '../../space/row-set.js';
import { radicesOf, type Space } from '../../space/space.js';
import type { Verifier } from './verifier.js';

/** Designs that are evaluated together. */
const CHUNK = 5000;

/**
 * Evaluates whatever differs in one choice from a design on the front, again for what joins the front, until nothing does.
 *
 * @param isWanted false for designs that are not looked for
 * @param isUseful true for designs that come first, in case there are too many
 * @param most designs to evaluate
 * @returns true if no design that differs in one choice from one on the front has been left out
 */
export const closeFront = async (
  space: Space,
  verifier: Verifier,
  isWanted: (row: Uint16Array) => boolean,
  isUseful: (row: Uint16Array) => boolean,
  most: number,
): Promise<boolean> => {
  const radices = radicesOf(space);
  const { judged } = verifier;
  const breathe = createBreath();
  const seen = new RowSet(radices.length);
  const asked = new Set<number>();
  /** Numbers of rows that were seen: useful ones or not, and of these first what the sums leave a chance. */
  const queues = Array.from({ length: 4 }, (): number[] => []);
  const screened = queues.map(() => 0);
  for (let left = most, sorted = 0; ;) {
    for (const number of verifier.best.members) {
      if (asked.has(number)) continue;
      asked.add(number);
      forEachNeighbour(radices, judged.rows.row(number), (next) => {
        if (!judged.rows.has(next) && isWanted(next)) seen.add(next);
      });
    }
    while (sorted < seen.size && verifier.room > 0) {
      await breathe();
      const fresh = Array.from({ length: Math.min(CHUNK, seen.size - sorted) }, (_, i) =>
        seen.row(sorted + i),
      );
      const hopeless = verifier.coveredByHope(fresh);
      for (const [i, row] of fresh.entries())
        queues[(isUseful(row) ? 0 : 2) + hopeless[i]!]!.push(sorted + i);
      sorted += fresh.length;
    }
    const next = queues.findIndex((queue, q) => screened[q]! < queue.length);
    if (next < 0) return sorted === seen.size;
    const from = screened[next]!;
    const rows = queues[next]!.slice(from, from + CHUNK).map((number) => seen.row(number));
    screened[next]! += rows.length;
    left -= rows.length;
    if (left < 0 || verifier.room <= 0) return false;
    await verifier.screen(rows);
  }
};
