import type { IrGraph, Op } from '../ir.js';
import type { LoweringTarget } from '../target.js';

/** Appends what an operation becomes on the hardware (reference 01 §9). */
export function splitOperation(op: Op, graph: IrGraph, target: LoweringTarget, flat: Op[]): void {
  void graph;
  void target;
  flat.push(op);
}
