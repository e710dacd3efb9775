import { allDesigns, countDesigns } from '../space/space.js';
import type { Explorer } from './explorer.js';
import { evaluateTable, stoppedFacts } from './evaluate-designs.js';

/**
 * Evaluates every design of a space.
 * @throws if there are more than the limit: choose it only for spaces that fit
 */
export const exhaustive: Explorer = async (request) => {
  const count = countDesigns(request.space);
  if (count > BigInt(request.limit)) {
    throw new Error(`the space has ${count} designs, more than the limit of ${request.limit}`);
  }
  const found = await evaluateTable(request, allDesigns(request.space));
  return { ...found, facts: { method: 'exhaustive', ...stoppedFacts(found.stopped) }, lines: [] };
};
