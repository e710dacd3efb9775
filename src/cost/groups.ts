import type { LoweredOp } from '../lowering/operations.js';
import type { Family } from '../npu/family.js';
import { groupOf, type Group } from './u85/group.js';

export type { Group } from './u85/group.js';

/** How a family sees what is fused or chained onto an operation; nothing where only the last result matters. */
export const GROUPING: Readonly<Record<Family, ((op: LoweredOp) => Group) | undefined>> = {
  u55: undefined,
  u65: undefined,
  u85: groupOf,
};
