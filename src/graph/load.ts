import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { inputError } from '../errors.js';
import { READ_FAULTS, readFault, readRegular } from '../files.js';
import { cleanText } from '../safe-text.js';
import { checkIdentifier } from '../tflite/decode.js';
import { readModel } from '../tflite/model.js';
import { importNetwork, type LoadedNetwork } from './import.js';

export type { LoadedNetwork } from './import.js';

/** The largest FlatBuffers file, and more than Node.js reads at once. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

const unreadable = (path: string, reason: string, cause?: unknown): Error =>
  inputError(`${path}: cannot be read, since ${reason}; pass the path of a .tflite file`, cause);

const isSavedModel = (path: string): boolean =>
  ['saved_model.pb', 'saved_model.pbtxt'].some((name) => existsSync(join(path, name)));

const readBytes = (path: string): Uint8Array => {
  try {
    return readRegular(path, MAX_FILE_BYTES, (head, size) => checkIdentifier(head, size, path));
  } catch (error) {
    const code = readFault(error);
    if (code === undefined) throw error;
    if (code === 'TOO_LARGE') throw unreadable(path, 'it is larger than 2 GiB', error);
    if (code === 'EISDIR' && isSavedModel(path)) {
      throw inputError(
        `${path}: is a TensorFlow SavedModel; convert it to .tflite with full integer quantisation`,
        error,
      );
    }
    throw unreadable(path, READ_FAULTS[code] ?? code, error);
  }
};

/** Name of the network in a file: the file's name without directory and extension. */
export const networkName = (path: string): string => cleanText(basename(path, extname(path)));

/**
 * Reads a TFLite file from disk. (`examples.ts` builds the networks that come with the program.)
 *
 * @throws ParetouError of kind `input` if there is no such file, it cannot be read, or it holds no valid network.
 */
export const loadNetwork = (path: string): LoadedNetwork => {
  const model = readModel(readBytes(path), path);
  return { model, network: importNetwork(model, networkName(path)) };
};
