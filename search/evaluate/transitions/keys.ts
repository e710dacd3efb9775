import type { Entry } from '../../../src/schedule/entry.js';
import type { Plan } from '../../../src/schedule/plan.js';

/** What an operation knows of the one before it. */
export const contextKey = (before: Entry | undefined, spilling: boolean): string => {
  if (before === undefined) return 'start';
  if (before.plan === undefined) return 'CPU';
  return spilling ? `${before.hideCycles} ${before.freeMemory}` : `${before.hideCycles}`;
};

/** What the writer of a feature map knows of the operation that reads it: its face. */
export const faceKey = (reader: Plan | undefined): string => {
  if (reader === undefined) return 'CPU';
  const { run, weightCycles, ifmCycles } = reader.unbuffered;
  return `${run} ${weightCycles} ${ifmCycles} ${reader.ifmBytes}`;
};
