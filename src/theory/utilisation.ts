import type { U55Accelerator } from '../npu/u55-tables.js';
import type { Traversal } from '../weights/encoding.js';
import { factorsOf, type Factor } from './factors.js';
import { macsOf, traversalAskedFor, type TheoryOp } from './operation.js';

/** What the MAC array could do for an operation if nothing else took time. */
export interface Theory {
  readonly macs: number;
  readonly traversal: Traversal;
  readonly factors: readonly Factor[];
  /** Product of the factors, 0 to 1; 0 for classes without MACs. */
  readonly utilisation: number;
  /** macs / (MACs per cycle of all cores · utilisation), not rounded; 0 for classes without MACs. */
  readonly macCycles: number;
}

/** Product of the values; 0 without factors. */
export const utilisationOf = (factors: readonly Factor[]): number =>
  factors.length === 0 ? 0 : factors.reduce((product, { value }) => product * value, 1);

/**
 * Utilisation and MAC cycles of an operation on an Ethos-U55 or Ethos-U65 (docs/model/cycles-u55-u65.md#utilisation).
 * In the block that the operation is executed in, `macCycles` is the cost model's MAC side exactly unless a block is a
 * single ublock in height and width (or, with 40-bit accumulators on ethos-u55-32, a single one in one of the two):
 * there the steps of the kernel wait for one another, which the factors leave out. It is never more than that. A MatMul
 * is not covered.
 */
export function theoryOf(op: TheoryOp, acc: U55Accelerator): Theory {
  const macs = macsOf(op);
  const factors = factorsOf(op, acc);
  const utilisation = utilisationOf(factors);
  return {
    macs,
    traversal: traversalAskedFor(op),
    factors,
    utilisation,
    macCycles: utilisation === 0 ? 0 : macs / (acc.macsPerCycle * acc.cores * utilisation),
  };
}
