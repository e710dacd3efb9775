import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process that holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts, where that is known: process ids are used again. */
  readonly began: string;
}

/** What the system says of a process: its state, and when it began; nothing where the system does not say so. */
const statusOf = (
  pid: number | 'self',
): { readonly state?: string | undefined; readonly began?: string | undefined } => {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program is in brackets, and may hold spaces and brackets.
    const [state, ...more] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return { state, began: more[18] };
  } catch {
    return {};
  }
};

/** States of processes that have ended, but that their parents have not asked for. */
const ENDED = ['Z', 'X'];

const isAlive = ({ pid, host, began }: Holder): boolean => {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = statusOf(pid);
  if (now.state !== undefined && ENDED.includes(now.state)) return false;
  return began === '' || now.began === undefined || now.began === began;
};

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The holder that a lock names; undefined for what is no lock. */
const holderOf = (text: string): Holder | undefined => {
  try {
    const { pid, host, began } = JSON.parse(text) as Partial<Holder>;
    return Number.isInteger(pid) && pid! > 0 && typeof host === 'string' && typeof began === 'string'
      ? { pid: pid!, host, began }
      : undefined;
  } catch {
    return undefined;
  }
};

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

/** Makes the file with its content at once; false if it is there already. */
const make = (path: string, content: string): boolean => {
  const own = `${path}.${process.pid}`;
  try {
    writeFileSync(own, content);
    linkSync(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(String(codeOf(error)))) throw error;
  } finally {
    rmSync(own, { force: true });
  }
  // File systems without links.
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

/** Takes away a lock whose holder is gone; puts it back if another process was faster and holds it now. */
const takeAway = (path: string, stale: string): void => {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    if (read(aside) !== stale) linkSync(aside, path);
  } catch {
    // Another process took it away.
  }
  rmSync(aside, { force: true });
};

const TRIES = 5;

/**
 * Takes a lock: a file that names this process.
 * @returns what gives it back; or who holds it, undefined where the file does not say so
 * @throws the file system's errors
 */
export const takeLock = (
  path: string,
): { readonly release: () => void } | { readonly holder: Holder | undefined } => {
  const own = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    began: statusOf('self').began ?? '',
  } satisfies Holder);
  let holder: Holder | undefined;
  for (let turn = 0; turn < TRIES; turn++) {
    if (make(path, own)) {
      const release = (): void => {
        process.off('exit', release);
        if (read(path) === own) rmSync(path, { force: true });
      };
      process.on('exit', release);
      return { release };
    }
    const text = read(path);
    if (text === undefined) continue;
    holder = holderOf(text);
    if (holder !== undefined && isAlive(holder)) break;
    takeAway(path, text);
  }
  return { holder };
};
