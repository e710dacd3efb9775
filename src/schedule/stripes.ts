import { roundUp } from '../cost/integers.js';
import { requiredIfm } from '../cost/operation.js';
import type { Shape4 } from '../lowering/operations.js';
import { plainEntry, type Entry } from './entry.js';
import type { Machine } from './machine.js';
import { planFor } from './planning.js';
import type { Program, ProgramOp } from './program.js';

/** Smallest step of an operation's stripe height: 2 where its IFM is upscaled. */
export const stripeStep = (op: ProgramOp): number => (op.cost?.upscale === 'none' ? 1 : 2);

/** The stripe height that `op` gets when `rows` are asked for: whole where it cannot be divided. */
export function stripeHeight(op: ProgramOp, rows: number): number {
  const full = op.cost!.ofm.shape[1];
  if (!op.divisible || rows >= full) return full;
  return Math.min(roundUp(rows, stripeStep(op)), full);
}

/** Rows of the primary IFM that a stripe reads. */
export function stripeInputHeight(op: ProgramOp, stripeH: number): number {
  const cost = op.cost!;
  const k = cost.kernel;
  const needed = requiredIfm(stripeH, k.strideH, k.height, k.dilationH, cost.upscale);
  return Math.min(needed, primaryInput(op)[1]);
}

/** Shape of the primary IFM as the operation reads it. */
export const primaryInput = (op: ProgramOp): Shape4 => op.cost!.ifms[op.primaryIfm]!.shape;

/** An operation with a stripe height; its entry is only computed when it is asked for. */
export interface Striped {
  readonly stripeH: number;
  /** Bytes of its weight buffers. */
  readonly bufferBytes: number;
  readonly entry: () => Entry;
}

/** Every operation with the smallest stripe that still feeds the next one; docs/model/scheduling.md#minimal-stripes. */
export function minimalStripes(machine: Machine, program: Program): (Striped | undefined)[] {
  const result = new Array<Striped | undefined>(program.ops.length);
  let rows = 1;
  for (let i = program.ops.length - 1; i >= 0; i--) {
    const op = program.ops[i]!;
    const { cost } = op;
    if (cost !== undefined) {
      const stripeH = stripeHeight(op, rows);
      result[i] = { stripeH, bufferBytes: 0, entry: () => plainEntry(planFor(machine, cost, stripeH)) };
    }
    rows = op.lowered.kernel.strideH;
  }
  return result;
}
