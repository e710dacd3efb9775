import {
  COST_SHIFT,
  costTable,
  HIGH_SETS,
  LARGEST_CODABLE,
  LOW_SETS,
  PARAMETER_SETS,
  RESET_WORDS,
  STEP_SHIFT,
  type Steps,
  stepsOf,
  SWITCH_BITS,
  UNAVAILABLE,
  UNCOMPRESSED,
  WORDS,
} from './parameter-sets.js';

/** Segments of one chunk: segment k has parameter set `sets[k]` and ends before index `ends[k]`. */
export interface Segments {
  count: number;
  sets: Uint8Array;
  ends: Int32Array;
}

/** Indices between two unpackings of the fields: they grow by at most 36 each and stay below 2^15. */
const BLOCK = 512;
const FIELD_LIMIT = 32_767 - 36 * BLOCK;
const NEGATIVE = 0x8000_8000 | 0;

/*
 * State of the search over the chunk at hand (reference 05 §4.7). `cost[set]` of a set that cannot code the last index
 * is the cost of the current set: that is what it starts from when it can code again.
 */
let index: Uint16Array = new Uint16Array(0);
let length = 0;
let position = 0;
let current = -1;
let currentCost = 0;
let costs = costTable(0);
let largestIndex = 0;
const cost = new Int32Array(PARAMETER_SETS);
const gap = new Int32Array(PARAMETER_SETS);
/** Indices before this position are accounted for in `gap`. */
let gapPosition = 0;
const words = new Int32Array(WORDS);
const clamped = new Uint8Array(PARAMETER_SETS);
const fieldAtStart = new Int32Array(PARAMETER_SETS);
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
    const x = index[at]!;
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
  if (limit >= currentLimit || limit >= largestIndex || index[at]! > currentLimit) return true;
  updateGaps(at);
  return gap[best]! <= gap[current]!;
};

/** The search as the reference states it, for one index. */
const step = (): void => {
  const x = index[position]!;
  const row = x << COST_SHIFT;
  const before = currentCost;
  let best = 0;
  let bestCost = UNAVAILABLE;
  for (let set = 0; set < PARAMETER_SETS; set++) {
    const bits = costs[row + set]!;
    if (bits === UNAVAILABLE) continue;
    const sum = cost[set]! + bits;
    cost[set] = sum;
    if (sum < bestCost) {
      bestCost = sum;
      best = set;
    }
  }
  const codable = current >= 0 && costs[row + current]! !== UNAVAILABLE;
  if (!codable || bestCost + SWITCH_BITS < before) {
    if (current >= 0) {
      const replaced = codable ? cost[current]! : before + SWITCH_BITS;
      if (bestCost >= replaced || !coversSegment(best, position)) appendSegment(current, position);
    }
    current = best;
  }
  currentCost = cost[current]!;
  for (let set = 0; set < PARAMETER_SETS; set++) {
    if (costs[row + set]! === UNAVAILABLE) cost[set] = currentCost;
  }
  position++;
};

/** The field of `set`, cut off at `FIELD_LIMIT`; negative where the set is about to take over. */
const packField = (set: number, lead: number): number => {
  const field = lead + cost[set]! - currentCost;
  clamped[set] = field > FIELD_LIMIT ? 1 : 0;
  return (fieldAtStart[set] = field > FIELD_LIMIT ? FIELD_LIMIT : field);
};

/** Puts the state into `words`; false where a set is about to take over. */
const pack = (lead: number): boolean => {
  for (let word = 0; word < WORDS; word++) {
    const high = HIGH_SETS[word]!;
    const lowField = packField(LOW_SETS[word]!, lead);
    const highField = high < 0 ? 0 : packField(high, lead);
    if (lowField < 0 || highField < 0) return false;
    words[word] = lowField | (highField << 16);
  }
  return true;
};

/** True where `set` could not code some index of [from, to). */
const wasReset = (set: number, from: number, to: number): boolean => {
  const limit = LARGEST_CODABLE[set]!;
  if (limit >= largestIndex) return false;
  for (let at = from; at < to; at++) if (index[at]! > limit) return true;
  return false;
};

const unpackField = (
  set: number,
  field: number,
  lead: number,
  spent: number,
  from: number,
  to: number,
): void => {
  if (clamped[set] === 1 && !wasReset(set, from, to)) cost[set]! += field - fieldAtStart[set]! + spent;
  else cost[set] = currentCost + field - lead;
};

/** Takes the state back out of `words` after the indices [from, to). */
const unpack = (lead: number, from: number, to: number): void => {
  const spent = words[WORDS - 1]! >>> 16;
  currentCost += spent;
  for (let word = 0; word < WORDS; word++) {
    const high = HIGH_SETS[word]!;
    unpackField(LOW_SETS[word]!, words[word]! & 0xffff, lead, spent, from, to);
    if (high >= 0) unpackField(high, words[word]! >>> 16, lead, spent, from, to);
  }
};

/** Runs the packed state over [from, to) up to the first index that may end the current set; returns its position. */
const run = (x: Uint16Array, from: number, to: number, table: Int32Array): number => {
  let v0 = words[0]!;
  let v1 = words[1]!;
  let v2 = words[2]!;
  let v3 = words[3]!;
  let v4 = words[4]!;
  let v5 = words[5]!;
  let v6 = words[6]!;
  let at = from;
  for (; at < to; at++) {
    const row = x[at]! << STEP_SHIFT;
    const n0 = ((v0 & table[row]!) + table[row + RESET_WORDS]!) | 0;
    const n1 = ((v1 & table[row + 1]!) + table[row + RESET_WORDS + 1]!) | 0;
    const n2 = ((v2 & table[row + 2]!) + table[row + RESET_WORDS + 2]!) | 0;
    const n3 = ((v3 & table[row + 3]!) + table[row + RESET_WORDS + 3]!) | 0;
    const n4 = ((v4 & table[row + 4]!) + table[row + RESET_WORDS + 4]!) | 0;
    const n5 = (v5 + table[row + RESET_WORDS + 5]!) | 0;
    const n6 = (v6 + table[row + RESET_WORDS + 6]!) | 0;
    if (((n0 | n1 | n2 | n3 | n4 | n5 | n6) & NEGATIVE) !== 0) break;
    v0 = n0;
    v1 = n1;
    v2 = n2;
    v3 = n3;
    v4 = n4;
    v5 = n5;
    v6 = n6;
  }
  words[0] = v0;
  words[1] = v1;
  words[2] = v2;
  words[3] = v3;
  words[4] = v4;
  words[5] = v5;
  words[6] = v6;
  return at;
};

const runWhileUndisturbed = (steps: Steps): void => {
  while (position < length && pack(steps.lead)) {
    const from = position;
    const to = Math.min(from + BLOCK, length);
    position = run(index, from, to, steps.table);
    unpack(steps.lead, from, position);
    if (position < to) return;
  }
};

/**
 * Cuts the first `count` indices into segments of one parameter set each (reference 05 §4.7). `largest` bounds the
 * indices. The result is valid until the next call.
 */
export const searchParameters = (
  indices: Uint16Array,
  count: number,
  largest: number,
  uncompressedBits: number,
): Readonly<Segments> => {
  index = indices;
  length = count;
  position = 0;
  current = -1;
  currentCost = 0;
  costs = costTable(uncompressedBits);
  largestIndex = largest;
  cost.fill(0);
  if (uncompressedBits === 0) cost[UNCOMPRESSED] = UNAVAILABLE >> 1;
  gap.fill(0);
  gapPosition = 0;
  segments.count = 0;
  while (position < length) {
    step();
    if (length - position > 16) runWhileUndisturbed(stepsOf(current, uncompressedBits));
  }
  if (segments.count === 0 || segments.sets[segments.count - 1] !== current) appendSegment(current, length);
  segments.ends[segments.count - 1] = length;
  return segments;
};

/**
 * Divisor (log2) for the zero runs of a chunk: the same search over four sets that can code anything, so that only its
 * last choice counts (reference 05 §4.7).
 */
export const searchRunDivisor = (runs: Int32Array, count: number): number => {
  const sums = [0, 0, 0, 0];
  let chosen = -1;
  let chosenCost = 0;
  for (let i = 0; i < count; i++) {
    const run = runs[i]!;
    let best = 0;
    for (let d = 0; d < 4; d++) {
      sums[d]! += (run >> d) + 1 + d;
      if (sums[d]! < sums[best]!) best = d;
    }
    if (chosen < 0 || sums[best]! + SWITCH_BITS < chosenCost) chosen = best;
    chosenCost = sums[chosen]!;
  }
  return chosen;
};
