import { createHash } from 'node:crypto';
import { inputError } from '../errors.js';
import { MOST_TEXT_BYTES, READ_FAULTS, readFault, readRegular } from '../files.js';

/**
 * The text of a file that a person or a program wrote.
 * @throws an input error that says why it cannot be read
 */
export function readText(path: string): string {
  try {
    return Buffer.from(readRegular(path, MOST_TEXT_BYTES)).toString('utf8');
  } catch (error) {
    const code = readFault(error);
    if (code === undefined) throw error;
    throw inputError(`${path}: ${READ_FAULTS[code] ?? `it cannot be read (${code})`}`);
  }
}

/** SHA-256 of some bytes, in hexadecimal digits. */
export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');
