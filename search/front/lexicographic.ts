import { agree, type Points } from './points.js';

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const MASK = BUCKETS - 1;
/** Whole numbers below this are sorted by their digits. */
const RADIX_LIMIT = 2 ** 32;
/** Fewer rows are sorted by comparing them. */
const FEW = 64;

/** Room for sorting, kept between calls: sorting is most of the work of a search. */
let room = { keys: new Uint32Array(0), from: new Uint32Array(0), to: new Uint32Array(0) };

const roomFor = (count: number): typeof room => {
  if (room.keys.length < count) {
    const size = 2 * count;
    room = { keys: new Uint32Array(size), from: new Uint32Array(size), to: new Uint32Array(size) };
  }
  return room;
};

const counts = new Uint32Array(BUCKETS);

/** Fills the keys with a column if it holds whole numbers that fit; tells the largest, or −1 if it does not. */
const columnKeys = ({ values, count, dimensions: k }: Points, column: number, keys: Uint32Array): number => {
  let largest = 0;
  for (let i = 0, at = column; i < count; i++, at += k) {
    const value = values[at]!;
    if (!(value >= 0 && value < RADIX_LIMIT)) return -1;
    const key = value >>> 0;
    if (key !== value) return -1;
    keys[i] = key;
    if (key > largest) largest = key;
  }
  return largest;
};

/** Positions of points in lexicographic order; of equal ones the first comes first. Valid until the next call. */
export const lexicographicOrder = (points: Points): Uint32Array => {
  const { values, count, dimensions: k } = points;
  const comparing =
    (first: number) =>
    (a: number, b: number): number => {
      for (let j = first; j < k; j++) {
        const difference = values[a * k + j]! - values[b * k + j]!;
        if (difference !== 0) return difference;
      }
      return a - b;
    };
  const { keys } = roomFor(count);
  let { from, to } = room;
  for (let i = 0; i < count; i++) from[i] = i;
  if (count < FEW) return from.subarray(0, count).sort(comparing(0));
  // Least significant first: columns of whole numbers that come before any other.
  let prefix = 0;
  while (prefix < k && columnKeys(points, prefix, keys) >= 0) prefix++;
  for (let column = prefix - 1; column >= 0; column--) {
    const largest = columnKeys(points, column, keys);
    for (let shift = 0; shift < 32 && (shift === 0 || largest >>> shift > 0); shift += DIGIT_BITS) {
      counts.fill(0);
      for (let i = 0; i < count; i++) counts[(keys[i]! >>> shift) & MASK]!++;
      let sum = 0;
      for (let digit = 0; digit < BUCKETS; digit++) {
        const size = counts[digit]!;
        counts[digit] = sum;
        sum += size;
      }
      for (let i = 0; i < count; i++) {
        const row = from[i]!;
        to[counts[(keys[row]! >>> shift) & MASK]!++] = row;
      }
      [from, to] = [to, from];
    }
  }
  const order = from.subarray(0, count);
  if (prefix === k) return order;
  const compare = comparing(prefix);
  for (let start = 0, end = 1; start < count; start = end++) {
    while (end < count && agree(points, order[start]!, order[end]!, prefix)) end++;
    if (end - start > 1) order.subarray(start, end).sort(compare);
  }
  return order;
};
