import { mkdtempSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { inputError } from '../errors.js';

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'no folder can be made there',
};

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
    inputError(`${folder}: cannot be written to, ${why}; pass another folder with --output-dir`, cause);
  let there: string;
  try {
    there = nearestThere(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw fail(code === 'ENOTDIR' ? 'a file has the name of a folder' : (WHY[code] ?? code), error);
  }
  if (isFolder(there) !== true) throw fail('a file has the name of a folder');
  try {
    rmdirSync(mkdtempSync(join(there, '.paretou-')));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw fail(WHY[code] ?? code, error);
  }
};

/** The same file under two names; false where one of them is not there. */
export const isSameFile = (a: string, b: string): boolean => {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
};
