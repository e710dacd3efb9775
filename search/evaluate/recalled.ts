import { contentHash } from '../log/content-hash.js';
import type { RunLog } from '../log/run-log.js';
import { radicesOf, type Designs } from '../space/space.js';
import type { Batch, BatchResult, Failure, Wanted, WorkerSetup } from './batch.js';
import { createBreath } from './breathe.js';
import type { Collector, Range, Table } from './results.js';
import { isBelow, isFigures, isRecord, isWalkResult } from './shapes.js';
import type { WalkTask } from './walk-tasks.js';
import type { WalkResult } from './walk.js';

/** What a log keeps of a batch: its rows of the table, and what came back. */
interface LoggedBatch extends Range {
  readonly width: number;
  readonly figures: Float64Array;
  readonly failures: readonly Failure[];
}

const isLogged = (value: unknown, count: number, wanted: Wanted): value is LoggedBatch => {
  if (!isRecord(value)) return false;
  const { from, to } = value;
  return isBelow(from, count) && isBelow(to, count + 1) && from < to && isFigures(value, to - from, wanted);
};

/** Runs of consecutive numbers: where each begins in the list, and where it ends. */
function* runsOf(rows: Uint32Array): Generator<Range> {
  for (let from = 0, to = 1; from < rows.length; from = to++) {
    while (to < rows.length && rows[to] === rows[to - 1]! + 1) to++;
    yield { from, to };
  }
}

/** The part of a table that a log does not know; what is finished of it goes to the table and to the log. */
class Rest implements Table {
  /** @param rows of the whole table that are left */
  constructor(
    private readonly whole: Collector,
    private readonly rows: Uint32Array,
    private readonly keep: (batch: LoggedBatch) => void,
  ) {}

  get count(): number {
    return this.rows.length;
  }

  batch(range: Range): Batch {
    const parts = this.partsOf(range).map(({ from, to }) => this.whole.batch({ from, to }));
    if (parts.length === 1) return parts[0]!;
    const digits = new Uint16Array(parts.reduce((sum, part) => sum + part.digits.length, 0));
    let at = 0;
    for (const part of parts) {
      digits.set(part.digits, at);
      at += part.digits.length;
    }
    return { ...parts[0]!, digits };
  }

  accept(range: Range, result: BatchResult): void {
    const { width, failures, milliseconds } = result;
    let at = 0;
    for (const { from, to } of this.partsOf(range)) {
      const [first, end] = [at, at + to - from];
      const own = {
        width,
        figures: result.figures.subarray(first * width, end * width),
        failures: failures.flatMap(([row, reason]): Failure[] =>
          row >= first && row < end ? [[row - first, reason]] : [],
        ),
      };
      this.keep({ from, to, ...own });
      this.whole.accept({ from, to }, { ...own, milliseconds });
      at = end;
    }
  }

  fail(range: Range, reason: string): void {
    for (const part of this.partsOf(range)) this.whole.fail(part, reason);
  }

  /** Rows of the whole table. */
  private partsOf({ from, to }: Range): Range[] {
    const rows = this.rows.subarray(from, to);
    return Array.from(runsOf(rows), (run) => ({ from: rows[run.from]!, to: rows[run.to - 1]! + 1 }));
  }
}

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
        const { from, to } = value;
        if (isKnown.subarray(from, to).includes(1)) continue;
        isKnown.fill(1, from, to);
        whole.accept(value, { ...value, milliseconds: 0 });
        await breathe();
      }
      const rows = new Uint32Array(designs.count).map((_, row) => row).filter((row) => isKnown[row] === 0);
      return new Rest(whole, rows, (batch) => {
        log.add(key, batch);
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
