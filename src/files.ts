import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

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
