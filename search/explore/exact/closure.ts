import { forEachNeighbour } from '../../space/neighbours.js';
import { RowSet } from '../../space/row-set.js';
import { radicesOf, type Space } from '../../space/space.js';
import type { Verifier } from './verifier.js';

/** Designs that are evaluated together. */
const CHUNK = 20_000;

/**
 * Evaluates whatever differs in one choice from a design on the front, again for what joins the front, until nothing does.
 *
 * @param isWanted false for designs that are not looked for
 * @param most designs to evaluate
 * @returns true if no design that differs in one choice from one on the front has been left out
 */
export const closeFront = async (
  space: Space,
  verifier: Verifier,
  isWanted: (row: Uint16Array) => boolean,
  most: number,
): Promise<boolean> => {
  const radices = radicesOf(space);
  const seen = new RowSet(radices.length);
  const asked = new Set<number>();
  let left = most;
  for (;;) {
    const from = seen.size;
    for (const number of verifier.best.members) {
      if (asked.has(number)) continue;
      asked.add(number);
      forEachNeighbour(radices, verifier.judged.rows.row(number), (next) => {
        if (!verifier.judged.rows.has(next) && isWanted(next)) seen.add(next);
      });
    }
    if (seen.size === from) return true;
    for (let at = from; at < seen.size; at += CHUNK) {
      const rows = Array.from({ length: Math.min(CHUNK, seen.size - at) }, (_, i) => seen.row(at + i));
      left -= rows.length;
      if (left < 0 || verifier.room <= 0) return false;
      await verifier.screen(rows);
    }
  }
};
