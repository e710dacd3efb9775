import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { inputError } from './errors.js';

/** Enough to tell what kind of file it is. */
const HEAD_BYTES = 4096;

/** Most bytes of a file of text that people write. */
export const MOST_TEXT_BYTES = 2 ** 24;

const fault = (code: string): Error => Object.assign(new Error(code), { code });

/** Why a file could not be read, by the codes that {@link readFault} gives. */
export const READ_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read by this user',
  EPERM: 'it may not be read by this user',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  NOT_A_FILE: 'it is a device, a pipe or a socket',
  TOO_LARGE: 'it is too large',
};

/** The code of an error of {@link readRegular}; undefined for an error that has nothing to do with the file. */
export const readFault = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

/**
 * Reads a whole file, but nothing that might never end: no device, pipe or socket, and no file that says it is empty,
 * such as those below /proc.
 *
 * @param most bytes that it may have
 * @param look called with the first bytes and the size before the rest is read; may throw
 * @throws an error with a code, see {@link readFault}
 */
export function readRegular(
  path: string,
  most: number,
  look: (head: Uint8Array, size: number) => void = () => undefined,
): Uint8Array {
  const status = statSync(path);
  if (status.isDirectory()) throw fault('EISDIR');
  if (!status.isFile()) throw fault('NOT_A_FILE');
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const head = new Uint8Array(Math.min(size, HEAD_BYTES));
    look(head.subarray(0, head.length === 0 ? 0 : readSync(file, head, 0, head.length, 0)), size);
    if (size > most) throw fault('TOO_LARGE');
    return size === 0 ? new Uint8Array(0) : readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** The size of a regular file. @throws an error with a code, see {@link readFault} */
export function regularSize(path: string): number {
  const status = statSync(path);
  if (status.isDirectory()) throw fault('EISDIR');
  if (!status.isFile()) throw fault('NOT_A_FILE');
  return status.size;
}

/** Bytes of a file that are read at once where it is read in pieces. */
const PIECE_BYTES = 2 ** 20;

/**
 * Reads a part of a regular file in pieces, each in memory of its own; fewer bytes where the file ends.
 * @throws an error with a code, see {@link readFault}
 */
export function* readPieces(path: string, from: number, length: number): Generator<Uint8Array, void> {
  const file = openSync(path, 'r');
  try {
    for (let done = 0; done < length;) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, length - done));
      const read = readSync(file, piece, 0, piece.length, from + done);
      if (read === 0) return;
      yield piece.subarray(0, read);
      done += read;
    }
  } finally {
    closeSync(file);
  }
}

/** Why a file could not be written. */
const WRITE_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'a file has the name of a folder',
  ENOTDIR: 'a file has the name of a folder',
  EISDIR: 'a folder has the name of the file',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no folder can be made there',
  ELOOP: 'symbolic links lead in a circle',
  NOT_A_FILE: 'it is a device, a pipe or a socket',
};

/** Why writing failed, as a part of a sentence. */
export const whyNotWritten = (error: unknown): string => {
  const code = readFault(error) ?? String(error);
  return WRITE_FAULTS[code] ?? code;
};

const notWritable = (path: string, what: string, why: string, cause: unknown): Error =>
  inputError(`${path}: ${what}, ${why}; choose another folder`, cause, 'directory');

/** The error of a file that could not be written. */
export const cannotWrite = (path: string, error: unknown): Error =>
  notWritable(path, 'cannot be written', whyNotWritten(error), error);

/**
 * Makes a folder and those above it, one by one from the first that is there: Node.js does not come back from making
 * folders below /proc at once.
 */
export function makeFolder(path: string): void {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory() === true) return;
  if (status !== undefined) throw fault('ENOTDIR');
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/**
 * Writes a file so that its name never shows a half-written one: under a temporary name in the same folder, then
 * renamed. Folders are made as needed; a device or a pipe is never replaced.
 * @throws an input error that names the file if the place cannot be written to
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(dirname(path));
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory() === true) throw fault('EISDIR');
    if (status !== undefined && !status.isFile()) throw fault('NOT_A_FILE');
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw cannotWrite(path, error);
  }
}

/**
 * Adds text at the end of a file, which is made if need be.
 * @throws an input error that names the file if it cannot be written to
 */
export function appendText(path: string, text: string): void {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory() === true) throw fault('EISDIR');
    appendFileSync(path, text);
  } catch (error) {
    throw notWritable(path, 'cannot be written', whyNotWritten(error), error);
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What made the write fail is the error to report.
  }
}

const isFolder = (path: string): boolean | undefined =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory();

/** The folder itself, or the nearest above it that is there. */
const nearestThere = (folder: string): string => {
  let path = resolve(folder);
  while (isFolder(path) === undefined && dirname(path) !== path) path = dirname(path);
  return path;
};

/**
 * Makes sure before long work that a folder can be written to, or made: tries it in the nearest folder that is there,
 * and leaves nothing behind.
 * @throws an input error that names the folder and says why not
 */
export const requireWritable = (folder: string): void => {
  const fail = (why: string, cause?: unknown): Error =>
    notWritable(folder, 'cannot be written to', why, cause);
  let there: string;
  try {
    there = nearestThere(folder);
  } catch (error) {
    throw fail(whyNotWritten(error), error);
  }
  if (isFolder(there) !== true) throw fail(WRITE_FAULTS['ENOTDIR']!);
  try {
    rmdirSync(mkdtempSync(join(there, '.paretou-')));
  } catch (error) {
    throw fail(whyNotWritten(error), error);
  }
};

/** A name as part of a file name: what separates folders becomes an underscore. */
export const fileNamePart = (name: string): string => name.replace(/[/\\:\0]/g, '_');

/** Whether two paths lead to one file that is there. */
export const isSameFile = (a: string, b: string): boolean => {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
};
