/**
 * Whether values from outside, a log or another process, have the shape of what they should be. Nothing is believed that
 * has not been looked at here.
 */
import { METRIC_NAMES } from '../metrics.js';
import type { Batch, BatchResult, Failure, Wanted } from './batch.js';
import { FIGURE_COUNT } from './figures.js';
import type { SystemSegments } from './segments.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';

/** An object, of whatever kind. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A whole number from 0 and below a limit. */
export const isBelow = (value: unknown, limit: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < limit;

const areBelow = (values: unknown, limit: number): values is readonly number[] =>
  Array.isArray(values) && values.every((value) => isBelow(value, limit));

const isFailure = (value: unknown, count: number): value is Failure =>
  Array.isArray(value) && isBelow(value[0], count) && typeof value[1] === 'string';

/** Numbers that a row can have. */
const MOST_NUMBERS = 2 ** 24;

/** Figures of as many designs. */
export const isFigures = (
  value: unknown,
  count: number,
  wanted: Wanted,
): value is Pick<BatchResult, 'figures' | 'width' | 'failures'> => {
  if (!isRecord(value)) return false;
  const { width, figures, failures } = value;
  return (
    isBelow(width, MOST_NUMBERS) &&
    (wanted !== 'figures' || width === FIGURE_COUNT) &&
    figures instanceof Float64Array &&
    figures.length === count * width &&
    Array.isArray(failures) &&
    failures.every((failure) => isFailure(failure, count))
  );
};

/** What comes back for a batch. */
export const isBatchResult = (value: unknown, { digits, width, wanted }: Batch): value is BatchResult =>
  isFigures(value, digits.length / width, wanted) &&
  Number.isFinite((value as Partial<BatchResult>).milliseconds);

/** Rows of digits, of a space with as many choices per digit. */
const areDigits = (value: unknown, radices: readonly number[]): value is Uint16Array =>
  value instanceof Uint16Array &&
  value.length % radices.length === 0 &&
  value.every((digit, i) => digit < radices[i % radices.length]!);

/** What comes back for a walk through a space with as many choices per digit. */
export const isWalkResult = (
  value: unknown,
  { costs }: WalkTask,
  radices: readonly number[],
): value is WalkResult => {
  if (!isRecord(value)) return false;
  const { visited, failed, digits, objectives, figures } = value;
  if (!isBelow(visited, Infinity) || !isBelow(failed, visited + 1)) return false;
  if (!areDigits(digits, radices)) return false;
  const count = digits.length / radices.length;
  return (
    objectives instanceof Float64Array &&
    objectives.length === count * costs.filter(({ objective }) => objective).length &&
    figures instanceof Float64Array &&
    figures.length === count * FIGURE_COUNT
  );
};

/** Segments of so many systems, in designs of so many digits. */
export const isSegments = (value: unknown, systems: number, width: number): value is SystemSegments =>
  Array.isArray(value) &&
  value.length === systems &&
  value.every(
    (segments: unknown) =>
      Array.isArray(segments) &&
      segments.every(
        (segment: unknown) =>
          isRecord(segment) &&
          areBelow(segment['operators'], Infinity) &&
          areBelow(segment['positions'], width - 1),
      ),
  );

const WANTED: readonly unknown[] = ['figures', 'segments'] satisfies Wanted[];

/** Designs of a space with as many choices per digit. */
export const isBatch = (value: unknown, radices: readonly number[]): value is Batch => {
  if (!isRecord(value)) return false;
  const { digits, width, wanted } = value;
  return width === radices.length && WANTED.includes(wanted) && areDigits(digits, radices);
};

const METRICS: readonly unknown[] = METRIC_NAMES;

/** A part of a space with as many choices per digit; its prefix is checked as far as that goes without the segments. */
export const isWalkTask = (value: unknown, radices: readonly number[]): value is WalkTask => {
  if (!isRecord(value)) return false;
  const { system, prefix, costs } = value;
  return (
    isBelow(system, radices.at(-1)!) &&
    areBelow(prefix, Math.max(...radices)) &&
    prefix.length < radices.length &&
    Array.isArray(costs) &&
    costs.every(
      (cost: unknown) =>
        isRecord(cost) &&
        METRICS.includes(cost['metric']) &&
        (cost['sign'] === 1 || cost['sign'] === -1) &&
        typeof cost['most'] === 'number' &&
        typeof cost['objective'] === 'boolean',
    )
  );
};
