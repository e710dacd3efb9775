import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inputError } from '../errors.js';
import type { Estimate } from '../estimate/types.js';
import { layersCsv } from './layers.js';
import { summaryCsv } from './summary.js';

const WRITE_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'a file has the name of the folder',
  ENOTDIR: 'a file has the name of the folder',
  EISDIR: 'a folder has the name of the file',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no folder can be made there',
  ELOOP: 'symbolic links lead in a circle',
  NOT_A_FILE: 'it is a device, a pipe or a socket',
};

const fault = (code: string): Error => Object.assign(new Error(code), { code });

/**
 * Makes a folder and those above it, one by one from the first that is there: Node.js does not come back from making
 * folders below /proc at once.
 */
function makeFolder(path: string): void {
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
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw inputError(
      `${path}: cannot be written, ${WRITE_FAULTS[code] ?? code}; pass another folder with --output-dir`,
      error,
    );
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What made the write fail is the error to report.
  }
}

/** A name as part of a file name: what separates folders becomes an underscore. */
const fileNamePart = (name: string): string => name.replace(/[/\\:\0]/g, '_');

/**
 * Writes the summary and the per-layer file of an estimate.
 * @param distinguish put the accelerator into the names, so that several estimates of one network can stand side by side
 * @returns the paths of the two files
 */
export function writeReports(estimate: Estimate, directory: string, distinguish: boolean): readonly string[] {
  const name = fileNamePart(estimate.network) + (distinguish ? `_${estimate.accelerator}` : '');
  const reports = [
    [`${name}_summary_${fileNamePart(estimate.systemConfig)}.csv`, summaryCsv(estimate)],
    [`${name}_per-layer.csv`, layersCsv(estimate)],
  ] as const;
  return reports.map(([file, content]) => {
    const path = join(directory, file);
    writeWhole(path, content);
    return path;
  });
}
