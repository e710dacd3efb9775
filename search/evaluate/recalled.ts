import { contentHash } from './log/content-hash.js';
import type { RunLog } from './log/run-log.js';
import { radicesOf, type Designs } from '../space/space.js';
import type { Wanted, WorkerSetup } from './batch.js';
import { createBreath } from './breathe.js';
import { Part, type Collector, type Kept, type Table } from './results.js';
import { isFigures, isRecord, isWalkResult } from './shapes.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';

const isLogged = (value: unknown, count: number, wanted: Wanted): value is Kept => {
  if (!isRecord(value)) return false;
  const { rows } = value;
  return (
    rows instanceof Uint32Array &&
    rows.length > 0 &&
    rows.every((row, i) => row < count && (i === 0 || row > rows[i - 1]!)) &&
    isFigures(value, rows.length, wanted)
  );
};

/** What a session remembers: everything that was finished for a space is in the log under a key of its own. */
export interface Recall {
  /** Fills a table with what is known of its designs; what is left is the table to evaluate. */
  readonly table: (whole: Collector, designs: Designs, wanted: Wanted) => Promise<Table>;
  /** Hands on what is known of parts of the space, and gives the others. */
  readonly walk: (
    tasks: Iterable<WalkTask>,
    take: (task: WalkTask, result: WalkResult) => void,
  ) => Iterable<WalkTask>;
  readonly addWalk: (task: WalkTask, result: WalkResult) => void;
}

/** Remembers in a log what a session finishes, under keys of all that its results depend on. */
export const createRecall = (log: RunLog, setup: WorkerSetup): Recall => {
  const session = contentHash(setup);
  const radices = radicesOf(setup.space);
  const walkKey = (task: WalkTask): string => contentHash(session, 'walk', task);
  return {
    table: async (whole, designs, wanted) => {
      const key = contentHash(session, wanted, designs.width, designs.digits);
      const isKnown = new Uint8Array(designs.count);
      const breathe = createBreath();
      for (const value of log.all(key)) {
        if (!isLogged(value, designs.count, wanted)) continue;
        if (value.rows.some((row) => isKnown[row] === 1)) continue;
        for (const row of value.rows) isKnown[row] = 1;
        whole.accept(value.rows, value);
        await breathe();
      }
      const left = whole.allRows().filter((row) => isKnown[row] === 0);
      return new Part(whole, left, (result) => {
        log.add(key, { ...result, rows: result.rows.slice() });
      });
    },
    walk: function* (tasks, take) {
      for (const task of tasks) {
        const known = [...log.all(walkKey(task))].find((value) => isWalkResult(value, task, radices));
        if (known === undefined) yield task;
        else take(task, known);
      }
    },
    addWalk: (task, result) => log.add(walkKey(task), result),
  };
};
