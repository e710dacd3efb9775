import { sampleDesigns } from '../space/sample.js';
import type { Explorer } from './explorer.js';
import { evaluateTable, stoppedFacts } from './evaluate-designs.js';

/**
 * Evaluates a stratified sample of a space: the baseline, every change of a single site, and as many networks of every
 * number of changes. All designs where the limit allows it; if it does not even allow those that every sample contains,
 * exactly those.
 */
export const sample: Explorer = async (request) => {
  const { designs: table, strata, mandatory } = sampleDesigns(request.space, request.limit, request.seed);
  const found = await evaluateTable(request, table);
  const facts = { method: 'sample', mandatory, strata, ...stoppedFacts(found.stopped) };
  return { ...found, facts, lines: [] };
};
