import { COST_SHIFT, LARGEST_CODABLE, NOT_CODABLE, PARAMETER_SETS, SWITCH_BITS } from './parameter-sets.js';
import { advance, costTable, indices, leads } from './search-kernel.js';

/** Segments of one chunk: segment k has parameter set `sets[k]` and ends before index `ends[k]`. */
export interface Segments {
  count: number;
  sets: Uint8Array;
  ends: Int32Array;
}

/** Runs of indices that are not worth a call of the kernel. */
const SHORT = 4;

/* State of the search over the chunk at hand, besides `leads`. */
let current = -1;
let largestIndex = 0;
const gap = new Int32Array(PARAMETER_SETS);
/** Indices before this position are accounted for in `gap`. */
let gapPosition = 0;
const segments: Segments = { count: 0, sets: new Uint8Array(64), ends: new Int32Array(64) };

const appendSegment = (set: number, end: number): void => {
  if (segments.count === segments.sets.length) {
    const sets = new Uint8Array(2 * segments.count);
    const ends = new Int32Array(2 * segments.count);
    sets.set(segments.sets);
    ends.set(segments.ends);
    segments.sets = sets;
    segments.ends = ends;
  }
  segments.sets[segments.count] = set;
  segments.ends[segments.count++] = end;
};

/** Brings `gap` up to date: for each set one more than the last position up to `last` that it cannot code. */
const updateGaps = (last: number): void => {
  let reach = -1;
  for (let at = last; at >= gapPosition && reach < largestIndex; at--) {
    const x = indices[at]!;
    if (x <= reach) continue;
    for (let set = 0; set < PARAMETER_SETS; set++) {
      const limit = LARGEST_CODABLE[set]!;
      if (limit < x && limit >= reach) gap[set] = at + 1;
    }
    reach = x;
  }
  gapPosition = last + 1;
};

/** Whether `best` can replace the current set from the start of its segment on: it could code all that it could. */
const coversSegment = (best: number, at: number): boolean => {
  const limit = LARGEST_CODABLE[best]!;
  const currentLimit = LARGEST_CODABLE[current]!;
  if (limit >= currentLimit || limit >= largestIndex || indices[at]! > currentLimit) return true;
  updateGaps(at);
  return gap[best]! <= gap[current]!;
};

/** The search as the reference states it, for the index at one position. */
const step = (position: number, costs: Int16Array): void => {
  const row = indices[position]! << COST_SHIFT;
  let best = 0;
  let bestLead = 0x7fff_ffff;
  for (let set = 0; set < PARAMETER_SETS; set++) {
    const bits = costs[row + set]!;
    if (bits === NOT_CODABLE) continue;
    const sum = leads[set]! + bits;
    leads[set] = sum;
    if (sum < bestLead) {
      bestLead = sum;
      best = set;
    }
  }
  const codable = current >= 0 && costs[row + current]! !== NOT_CODABLE;
  if (!codable || bestLead < 0) {
    if (current >= 0) {
      const replaced = codable ? leads[current]! : 2 * SWITCH_BITS;
      if (bestLead >= replaced || !coversSegment(best, position)) appendSegment(current, position);
    }
    current = best;
  }
  const spent = leads[current]! - SWITCH_BITS;
  for (let set = 0; set < PARAMETER_SETS; set++) {
    leads[set] = costs[row + set]! === NOT_CODABLE ? SWITCH_BITS : leads[set]! - spent;
  }
};

/**
 * Cuts the first `count` entries of `indices` into segments of one parameter set each
 * (docs/model/weights.md#parameter-search). `largest` bounds the indices. The result is valid until the next call.
 */
export const searchParameters = (
  count: number,
  largest: number,
  uncompressedBits: number,
): Readonly<Segments> => {
  const costs = costTable(uncompressedBits);
  current = -1;
  largestIndex = largest;
  leads.fill(SWITCH_BITS);
  gap.fill(0);
  gapPosition = 0;
  segments.count = 0;
  let position = 0;
  while (position < count) {
    step(position++, costs);
    if (count - position > SHORT) position = advance(position, count, current, uncompressedBits);
  }
  if (segments.count === 0 || segments.sets[segments.count - 1] !== current) appendSegment(current, count);
  segments.ends[segments.count - 1] = count;
  return segments;
};

/**
 * Divisor (log2) for the zero runs of a chunk: the same search over four sets that can code anything, so that only its
 * last choice counts (docs/model/weights.md#parameter-search).
 */
export const searchRunDivisor = (runs: Int32Array, count: number): number => {
  let cost0 = 0;
  let cost1 = 0;
  let cost2 = 0;
  let cost3 = 0;
  let chosen = -1;
  let chosenCost = 0;
  for (let i = 0; i < count; i++) {
    const run = runs[i]!;
    cost0 += run + 1;
    cost1 += (run >> 1) + 2;
    cost2 += (run >> 2) + 3;
    cost3 += (run >> 3) + 4;
    const least = Math.min(cost0, cost1, cost2, cost3);
    if (chosen < 0 || least + SWITCH_BITS < chosenCost) {
      chosen = least === cost0 ? 0 : least === cost1 ? 1 : least === cost2 ? 2 : 3;
    }
    chosenCost = chosen === 0 ? cost0 : chosen === 1 ? cost1 : chosen === 2 ? cost2 : cost3;
  }
  return chosen;
};
