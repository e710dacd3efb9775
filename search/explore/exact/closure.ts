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
  const queues = [new RowSet(radices.length), new RowSet(radices.length)] as const;
  const [useful, others] = queues;
  const screened = [0, 0];
  const asked = new Set<number>();
  for (let left = most; ;) {
    for (const number of verifier.best.members) {
      if (asked.has(number)) continue;
      asked.add(number);
      forEachNeighbour(radices, judged.rows.row(number), (next) => {
        if (!judged.rows.has(next) && isWanted(next)) (isUseful(next) ? useful : others).add(next);
      });
    }
    const next = screened[0]! < useful.size ? 0 : 1;
    const queue = queues[next];
    const from = screened[next]!;
    if (from === queue.size) return true;
    const rows = Array.from({ length: Math.min(CHUNK, queue.size - from) }, (_, i) => queue.row(from + i));
    screened[next]! += rows.length;
    left -= rows.length;
    if (left < 0 || verifier.room <= 0) return false;
    await verifier.screen(rows);
  }
};
