import { forEachConstant } from '../../../src/schedule/memory.js';
import type { ProgramOp, ProgramTensor } from '../../../src/schedule/program.js';

/** The constants that a segment reads besides weights. */
export interface ReadConstants {
  /** Bytes of those that no other segment is known to read. */
  readonly alone: number;
  /** Numbers of the others. */
  readonly common: readonly number[];
}

interface Reading {
  alone: number;
  common: number[];
}

/** A constant by content, and who reads it. */
interface Constant {
  readonly bytes: number;
  readonly segment: number;
  /** Its readers while they are all of one segment. */
  readers: Reading[] | undefined;
}

/** Constants besides weights: what segments read is added up, each content once. */
export class Constants {
  private readonly numbers = new Map<string, number>();
  private readonly constants: Constant[] = [];
  private stamps = new Int32Array(64);
  private stamp = 0;

  /** The constants that operations of a segment read. */
  of(segment: number, ops: readonly ProgramOp[], tensors: readonly ProgramTensor[]): ReadConstants {
    const found = new Set<number>();
    for (const op of ops) {
      forEachConstant(op, tensors, 0, (content, bytes) => {
        // Large ones have no content, and their tensor may have other sizes in other designs.
        const key = `${content} ${bytes}`;
        let number = this.numbers.get(key);
        if (number === undefined) {
          this.numbers.set(key, (number = this.constants.length));
          this.constants.push({ bytes, segment, readers: [] });
        }
        found.add(number);
      });
    }
    const reading: Reading = { alone: 0, common: [] };
    for (const number of found) this.read(segment, number, reading);
    return reading;
  }

  /** Bytes of all constants of some segments. */
  total(segments: readonly { readonly constants: ReadConstants }[]): number {
    const { constants, stamps } = this;
    const stamp = ++this.stamp;
    let sum = 0;
    for (let s = 0; s < segments.length; s++) {
      const { alone, common } = segments[s]!.constants;
      sum += alone;
      for (let k = 0; k < common.length; k++) {
        const number = common[k]!;
        if (stamps[number] === stamp) continue;
        stamps[number] = stamp;
        sum += constants[number]!.bytes;
      }
    }
    return sum;
  }

  private read(segment: number, number: number, reading: Reading): void {
    const constant = this.constants[number]!;
    if (constant.readers !== undefined && constant.segment === segment) {
      constant.readers.push(reading);
      reading.alone += constant.bytes;
      return;
    }
    for (const other of constant.readers ?? []) {
      other.alone -= constant.bytes;
      other.common.push(number);
    }
    constant.readers = undefined;
    reading.common.push(number);
    if (this.stamps.length <= number) {
      this.stamps = new Int32Array(2 * (number + 1));
      this.stamp = 0;
    }
  }
}
