import type { IrGraph } from '../ir.js';
import { FAMILIES } from '../families/families.js';
import type { SplitRules } from '../families/rules.js';
import type { LoweringTarget } from '../target.js';

/** What splitting has at hand. */
export interface SplitContext {
  readonly graph: IrGraph;
  readonly target: LoweringTarget;
}

/** How the family that is lowered for cuts operations. */
export const rulesOf = ({ target }: SplitContext): SplitRules => FAMILIES[target.family].splitting;
