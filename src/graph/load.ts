import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { inputError } from '../errors.js';
import { readModel } from '../tflite/model.js';
import { importNetwork, type LoadedNetwork } from './import.js';

export type { LoadedNetwork } from './import.js';

/** The largest FlatBuffers file, and more than Node.js reads at once. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read by this user',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

const unreadable = (path: string, reason: string, cause?: unknown): Error =>
  inputError(`${path}: cannot be read, since ${reason}; pass the path of a .tflite file`, cause);

const readBytes = (path: string): Uint8Array => {
  try {
    const status = statSync(path);
    if (status.isDirectory()) throw unreadable(path, 'it is a directory');
    if (!status.isFile()) throw unreadable(path, 'it is not a regular file');
    if (status.size > MAX_FILE_BYTES) throw unreadable(path, `it has ${status.size} bytes, more than 2 GiB`);
    return readFileSync(path);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw unreadable(path, REASONS[String(error.code)] ?? error.message, error);
  }
};

/** Name of the network in a file: the file's name without directory and extension. */
export const networkName = (path: string): string => basename(path, extname(path));

/**
 * Reads a TFLite file from disk. (`examples.ts` builds the networks that come with the program.)
 *
 * @throws ParetouError of kind `input` if there is no such file, it cannot be read, or it holds no valid network.
 */
export const loadNetwork = (path: string): LoadedNetwork => {
  const model = readModel(readBytes(path), path);
  return { model, network: importNetwork(model, networkName(path)) };
};
