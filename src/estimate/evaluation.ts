import type { FigureTable } from '../schedule/figures.js';
import type { Machine } from '../schedule/machine.js';
import type { MemoryUse } from '../schedule/memory.js';
import type { Program } from '../schedule/program.js';
import type { Optimise, Scheduled } from '../schedule/schedule.js';

/** A program on a machine with every decision made and every figure known. */
export interface Evaluation {
  readonly machine: Machine;
  readonly program: Program;
  readonly optimise: Optimise;
  readonly scheduled: Scheduled;
  readonly figures: FigureTable;
  /** Of all graphs. */
  readonly memory: MemoryUse;
  /** The network's graphs before this one, which is the last; nothing but totals and memory is about them. */
  readonly before: readonly Evaluation[];
}
