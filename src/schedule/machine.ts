import type { CostModel } from '../cost/model.js';
import type { CostOp } from '../cost/operation.js';
import type { Hardware } from '../cost/hardware.js';
import type { Memory, System } from '../npu/system.js';
import type { Plan, Slices } from './plan.js';

/** One accelerator on one system, with what has been computed on it so far. */
export interface Machine {
  readonly hardware: Hardware;
  readonly system: System;
  readonly model: CostModel;
  /** Plans by operation; those for stripes by their height. */
  readonly plans: Map<CostOp, { readonly full: Plan; readonly striped: Map<number, Plan> }>;
  /** Kept where operations may have encoded weights in common: what the evaluation at hand has asked for, in order. */
  readonly requests?: EncodingRequest[];
}

/** An operation's request for its weights in those slices, whether they were used or not. */
export interface EncodingRequest {
  /** Of the operation. */
  readonly index: number;
  readonly plan: Plan;
  readonly slices: Slices;
}

export const createMachine = (hardware: Hardware, system: System, model: CostModel): Machine => ({
  hardware,
  system,
  model,
  plans: new Map(),
});

/** Where a tensor lies: with the constants, in the arena of feature maps, or in staging memory. */
export const AREA = { constants: 0, featureMaps: 1, staging: 2 } as const;

/** The memory behind an area. */
export function memoryOf(system: System, area: number): Memory {
  if (area === AREA.constants) return system.constants;
  return area === AREA.staging ? system.staging : system.featureMaps;
}
