import { closeSync, fdatasync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { addTo } from '../../../src/groups.js';
import { lineOf, placeOf, valueAt, type Contents, type Place } from './lines.js';
import type { RunLog } from './run-log.js';

/** A value that was added is on the disk at most so many milliseconds later, and what that takes. */
const SYNC_AFTER = 200;

/** What is done to the file; tests put in others. */
export interface FileWork {
  readonly write: (file: number, bytes: Uint8Array, at: number) => number;
  readonly sync: (file: number, done: (error: Error | null) => void) => void;
}

/** The file system's. */
export const FILE_WORK: FileWork = {
  write: (file, bytes, at) => writeSync(file, bytes, 0, bytes.length, at),
  sync: fdatasync,
};

/** A log in a file. */
export interface LogFile extends RunLog {
  readonly path: string;
  /** Ends it; the file goes unless it is to be kept. */
  readonly close: (keep: boolean) => Promise<void>;
}

/** How to go on with a log, or begin one. */
export interface LogFileOptions {
  /** Called once, with the error, when the file can no longer be written: nothing more is added then. */
  readonly onFault: (error: unknown) => void;
  readonly work?: FileWork;
}

/**
 * Opens a log to add to. Every value is handed to the system at once, so that it outlives this process, and is on the disk
 * a moment later. When the file cannot be written any more, what it holds stays sound.
 *
 * @param from what the file holds already; without, it begins with `header`
 * @throws the file system's errors
 */
export const openLogFile = (
  path: string,
  header: string,
  from: Contents | undefined,
  { onFault, work = FILE_WORK }: LogFileOptions,
): LogFile => {
  const file = openSync(path, from === undefined ? 'w+' : 'r+');
  const places = from?.places ?? new Map<string, Place[]>();
  let size = from?.size ?? 0;
  let faulty = false;
  let syncing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const fault = (error: unknown): void => {
    if (faulty) return;
    faulty = true;
    try {
      ftruncateSync(file, size);
    } catch {
      // A line that was torn is cut off when the log is read.
    }
    onFault(error);
  };
  const sync = (): Promise<void> =>
    (syncing ??= new Promise((resolve) => {
      work.sync(file, (error) => {
        syncing = undefined;
        if (error !== null) fault(error);
        resolve();
      });
    }));
  const syncSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void sync();
    }, SYNC_AFTER).unref();
  };
  const append = (bytes: Uint8Array): boolean => {
    if (faulty) return false;
    try {
      for (let done = 0; done < bytes.length;) done += work.write(file, bytes.subarray(done), size + done);
    } catch (error) {
      fault(error);
      return false;
    }
    size += bytes.length;
    syncSoon();
    return true;
  };

  if (from === undefined) append(Buffer.from(`${header}\n`));
  else ftruncateSync(file, size);
  return {
    path,
    all: function* (key) {
      for (const place of places.get(key)?.slice() ?? []) yield valueAt(file, place);
    },
    add: (key, value) => {
      const line = lineOf(key, value);
      const place = placeOf(line, size);
      if (append(line)) addTo(places, key, place);
    },
    close: async (keep) => {
      clearTimeout(timer);
      await syncing;
      if (keep && !faulty) await sync();
      faulty = true;
      closeSync(file);
      if (!keep) rmSync(path, { force: true });
    },
  };
};
