import { Tally, type WorkerCount } from '../counts.js';
import type { WorkerRecord } from './records.js';

/** A worker of which nothing is there for so many milliseconds is lost: Redis may have forgotten it, and hears of it again at once. */
const LOST_AFTER = 3000;

/** Which workers count, and who hears of them. */
export interface RosterOptions {
  /** Version of the program, which the workers have to have too. */
  readonly version: string;
  /** Hears in a sentence what is worth to be known. */
  readonly onNote: (text: string) => void;
  /** Hears in a sentence of workers that are lost. */
  readonly onLoss: (text: string) => void;
}

interface Entry {
  /** Without a name as long as only answers of the worker are known. */
  readonly tally: Tally;
  isThere: boolean;
  /** Time of `performance.now()` at which it was last seen. */
  seen: number;
}

/** The workers that a search has seen, and what each has done. */
export class Roster {
  private readonly entries = new Map<string, Entry>();
  private readonly strangers = new Set<string>();

  constructor(private readonly options: RosterOptions) {}

  /** What a worker has done. */
  tally(worker: string): Tally {
    return this.entry(worker).tally;
  }

  counts(): WorkerCount[] {
    return [...this.entries.values()]
      .filter(({ tally }) => tally.name !== '')
      .map(({ tally }) => tally.count);
  }

  /** Workers that are there. */
  present(): number {
    return this.there.length;
  }

  /** Threads of workers that are there. */
  threads(): number {
    return this.there.reduce((sum, { tally }) => sum + tally.threads, 0);
  }

  /** Takes note of what workers say of themselves, and of those that say nothing. */
  look(records: readonly WorkerRecord[]): void {
    const now = performance.now();
    const { version, onLoss } = this.options;
    for (const record of records) {
      if (record.version !== version) this.leaveOut(record);
      else {
        const entry = this.entry(record.id);
        Object.assign(entry.tally, { name: record.name, threads: record.threads });
        Object.assign(entry, { isThere: !record.left, seen: now });
      }
    }
    for (const entry of this.there) {
      if (now - entry.seen < LOST_AFTER) continue;
      entry.isThere = false;
      entry.tally.lose(0);
      onLoss(`worker ${entry.tally.name}: nothing was heard of it; what it was doing goes to others`);
    }
  }

  private get there(): Entry[] {
    return [...this.entries.values()].filter(({ isThere }) => isThere);
  }

  private entry(worker: string): Entry {
    const entry = this.entries.get(worker) ?? { tally: new Tally('', 0), isThere: false, seen: 0 };
    this.entries.set(worker, entry);
    return entry;
  }

  private leaveOut({ id, name, version: theirs }: WorkerRecord): void {
    const { version, onNote } = this.options;
    if (!this.strangers.has(id))
      onNote(
        `worker ${name} is version ${theirs} of the program, and this is version ${version}; it is left out`,
      );
    this.strangers.add(id);
  }
}
