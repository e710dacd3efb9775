import { grouped } from '../../src/text.js';
import { allDesigns, countDesigns } from '../space/space.js';
import type { Explorer } from './explorer.js';
import { evaluateTable, stoppedFacts } from './evaluate-designs.js';

/** `auto` evaluates all designs of spaces up to this size. */
const SMALL = 20_000;

/** Evaluates every design of a space. */
export const exhaustive: Explorer<'exhaustive'> = {
  name: 'exhaustive',
  explore: async (request) => {
    const count = countDesigns(request.space);
    if (count > BigInt(request.limit)) {
      throw new Error(`the space has ${count} designs, more than the limit of ${request.limit}`);
    }
    const found = await evaluateTable(request, allDesigns(request.space));
    return { ...found, facts: { method: 'exhaustive', ...stoppedFacts(found.stopped) }, lines: [] };
  },
  describe: () => 'all designs of the space',
  lacks: (space, _, limit) => {
    const count = countDesigns(space);
    return count <= BigInt(limit)
      ? undefined
      : `a limit of at least the number of designs, ${grouped(count)}; it is ${grouped(limit)}`;
  },
  advise: (space, _, limit) => {
    const most = Math.min(limit, SMALL);
    return countDesigns(space) <= BigInt(most)
      ? { take: true, why: 'few enough for all of them' }
      : { take: false, why: `more than ${grouped(most)}` };
  },
};
