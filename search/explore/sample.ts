import { sampleDesigns, sampleSize } from '../space/sample.js';
import type { Explorer } from './explorer.js';
import { evaluateTable, stoppedFacts } from './evaluate-designs.js';

/**
 * Evaluates a stratified sample of a space: the baseline, every change of a single site, and as many networks of every
 * number of changes. All designs where the limit allows it; if it does not even allow those that every sample contains,
 * exactly those.
 */
export const sample: Explorer<'sample'> = {
  name: 'sample',
  explore: async (request) => {
    const { designs: table, strata, mandatory } = sampleDesigns(request.space, request.limit, request.seed);
    const found = await evaluateTable(request, table);
    const facts = { method: 'sample', mandatory, strata, ...stoppedFacts(found.stopped) };
    return { ...found, facts, lines: [] };
  },
  describe: (space, limit) => {
    const { all, count, mandatory } = sampleSize(space, limit);
    if (all) return 'all designs of the space';
    return count === mandatory && mandatory > limit
      ? `the baseline and each single-site change on every system, ${mandatory} designs, more than the limit of ${limit}`
      : `a stratified sample of ${count} designs, the baseline and each single-site change among them`;
  },
  atMost: (space, limit) => sampleSize(space, limit).count,
  total: (space, limit) => sampleSize(space, limit).count,
};
