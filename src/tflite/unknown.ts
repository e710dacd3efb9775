import type { UnknownField } from './nodes.js';

/*
 * Fields that the schema does not know.
 *
 * A FlatBuffers file does not say what type a field has. Two cases matter when it is to be written again: a value
 * kept in the table itself (a number), and an offset to something elsewhere. They are told apart as follows.
 *
 *  - A field is an offset if, wherever it occurs in the file, its place is 4-aligned, has room for an offset, and
 *    the offset leads to a 4-aligned position that no known part of the file covers. Parts that only unknown fields
 *    lead to are by their nature not covered; a number would have to hit such a position by chance, each time.
 *  - If such a field leads each time to a short run of zeros, it could be a number that points at padding, or an
 *    offset to an empty vector: `unclear`. Reading goes on; writing is refused.
 *  - Everything else is a value. It is carried as the bytes up to the next field, so its width need not be known;
 *    zeros after the eighth byte, more than any number has, are taken for padding and dropped.
 *
 * A value is written back at the same alignment. What offsets lead to has no known extent, so the writer puts the
 * whole original file behind the new one and lets them lead into it.
 */

/** A field waiting for its classification. */
export interface PendingField {
  /** The same for all occurrences of one field. */
  readonly key: string;
  readonly id: number;
  /** In the file. */
  readonly position: number;
  readonly bytes: Uint8Array;
  /** The list it belongs to. */
  readonly fields: UnknownField[];
}

/** Longest padding that alignment to 16 bytes leaves. */
const MAX_PADDING = 15;

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** The maximal parts of the file that no span covers. */
const gaps = (spans: readonly number[], size: number): readonly Interval[] => {
  const order = Array.from({ length: spans.length / 2 }, (_, i) => 2 * i).sort(
    (a, b) => spans[a]! - spans[b]!,
  );
  const found: Interval[] = [];
  let end = 8;
  for (const i of order) {
    if (spans[i]! > end) found.push({ start: end, end: spans[i]! });
    end = Math.max(end, spans[i + 1]!);
  }
  if (end < size) found.push({ start: end, end: size });
  return found;
};

/** The gap that holds `position`, by bisection. */
const gapAt = (list: readonly Interval[], position: number): Interval | undefined => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.end <= position) low = middle + 1;
    else high = middle;
  }
  const gap = list[low];
  return gap && gap.start <= position ? gap : undefined;
};

const readUint32 = (bytes: Uint8Array, position: number): number =>
  (bytes[position]! |
    (bytes[position + 1]! << 8) |
    (bytes[position + 2]! << 16) |
    (bytes[position + 3]! << 24)) >>>
  0;

type Verdict = 'inline' | 'unclear' | 'reference';

const verdict = (bytes: Uint8Array, list: readonly Interval[], field: PendingField): Verdict => {
  if (field.position % 4 !== 0 || field.bytes.length < 4) return 'inline';
  const target = field.position + readUint32(bytes, field.position);
  if (target === field.position || target % 4 !== 0) return 'inline';
  const gap = gapAt(list, target);
  if (!gap || gap.end - target < 4) return 'inline';
  const padding =
    gap.end - gap.start <= MAX_PADDING && bytes.subarray(gap.start, gap.end).every((b) => b === 0);
  return padding ? 'unclear' : 'reference';
};

const MAX_NUMBER_BYTES = 8;

const withoutPadding = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(MAX_NUMBER_BYTES).every((b) => b === 0) ? bytes.subarray(0, MAX_NUMBER_BYTES) : bytes;

const alignment = (position: number): number => Math.min(8, position === 0 ? 8 : position & -position);

/** Decides for each pending field what it is, and adds it to its list. `spans` are the known parts' starts and ends. */
export const classify = (
  bytes: Uint8Array,
  spans: readonly number[],
  pending: readonly PendingField[],
): void => {
  const list = gaps(spans, bytes.length);
  const verdicts = new Map<string, Verdict>();
  for (const field of pending) {
    const own = verdict(bytes, list, field);
    const others = verdicts.get(field.key);
    if (others === undefined || own === 'inline') verdicts.set(field.key, own);
    else if (own === 'reference' && others === 'unclear') verdicts.set(field.key, own);
  }
  for (const field of pending) {
    const kind = verdicts.get(field.key)!;
    field.fields.push({
      id: field.id,
      kind,
      bytes: withoutPadding(field.bytes),
      align: alignment(field.position),
      target: kind === 'inline' ? 0 : field.position + readUint32(bytes, field.position),
    });
  }
};
