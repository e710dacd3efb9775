import { RowSet } from '../space/row-set.js';
import { radicesOf, type Space } from '../space/space.js';

/** Designs of mixed choices, besides those of every other change. */
const MIXED = 8;

/** Changed widths of each group that are tried: they differ in numbers only. */
const TRIED_WIDTHS = 3;

/**
 * Designs on which the pieces of a space's programs are tried, the same in every process and none twice: the unchanged
 * one, every option (and some widths) at every other site and group with the rest unchanged, and some mixed ones.
 */
export function trialDesigns(space: Space): Uint16Array[] {
  const radices = radicesOf(space);
  const varying = radices.slice(0, -1);
  const siteCount = space.sites.length;
  const designs = [new Uint16Array(radices.length)];
  const changes = varying.reduce((most, radix, position) => {
    const tried = position < siteCount ? radix - 1 : Math.min(radix - 1, TRIED_WIDTHS);
    return Math.max(most, tried);
  }, 0);
  for (let change = 0; change < changes; change++) {
    for (const parity of [0, 1]) {
      const design = new Uint16Array(radices.length);
      varying.forEach((radix, position) => {
        const ordinal = position < siteCount ? position : position - siteCount;
        if (ordinal % 2 !== parity || radix === 1) return;
        // Few options start again; many widths are spread over all changes.
        const several = position < siteCount || radix - 1 <= changes;
        const digit = several ? change % (radix - 1) : Math.floor((change * (radix - 1)) / changes);
        design[position] = 1 + digit;
      });
      designs.push(design);
    }
  }
  let state = 1;
  for (let i = 0; i < MIXED; i++) {
    const design = new Uint16Array(radices.length);
    varying.forEach((radix, position) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      design[position] = (state >>> 8) % radix;
    });
    designs.push(design);
  }
  const distinct = new RowSet(radices.length);
  return designs.filter((design) => distinct.add(design));
}
