import type { IrGraph } from '../ir.js';
import type { LoweringTarget } from '../target.js';

/** What splitting has at hand. */
export interface SplitContext {
  readonly graph: IrGraph;
  readonly target: LoweringTarget;
}
