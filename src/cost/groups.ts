import type { View } from '../lowering/operations.js';
import type { ExternalMap, GroupMember } from './operation.js';

/** A feature map of `CostOp.externals`, still as a view of its tensor. */
export interface ExternalView extends Omit<ExternalMap, 'view'> {
  readonly view: View;
}

/** An operation with everything fused or chained onto it, as far as its cost depends on that. */
export interface Group {
  readonly members: readonly GroupMember[];
  readonly externals: readonly ExternalView[];
  /** The primary hands its result to a chained operation: in bricks, counted as lying in the arena. */
  readonly internalOfm: boolean;
}
