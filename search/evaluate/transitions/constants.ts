import { forEachConstant } from '../../../src/schedule/memory.js';
import type { ProgramOp, ProgramTensor } from '../../../src/schedule/program.js';

/** Constants besides weights: what segments read is added up, each content once. */
export class Constants {
  private readonly numbers = new Map<string, number>();
  private readonly bytes: number[] = [];
  private stamps = new Int32Array(64);
  private stamp = 0;

  /** Numbers of the constants that operations read. */
  of(ops: readonly ProgramOp[], tensors: readonly ProgramTensor[]): Int32Array {
    const found = new Set<number>();
    for (const op of ops) {
      forEachConstant(op, tensors, 0, (content, bytes) => {
        // Large ones have no content, and their tensor may have other sizes in other designs.
        const key = `${content} ${bytes}`;
        let number = this.numbers.get(key);
        if (number === undefined) {
          this.numbers.set(key, (number = this.bytes.length));
          this.bytes.push(bytes);
        }
        found.add(number);
      });
    }
    return Int32Array.from(found);
  }

  /** Bytes of all constants of some segments. */
  total(segments: readonly { readonly constants: Int32Array }[]): number {
    if (this.stamps.length < this.bytes.length) {
      this.stamps = new Int32Array(2 * this.bytes.length);
      this.stamp = 0;
    }
    const { bytes, stamps } = this;
    const stamp = ++this.stamp;
    let sum = 0;
    for (const { constants } of segments) {
      for (let k = 0; k < constants.length; k++) {
        const number = constants[k]!;
        if (stamps[number] === stamp) continue;
        stamps[number] = stamp;
        sum += bytes[number]!;
      }
    }
    return sum;
  }
}
