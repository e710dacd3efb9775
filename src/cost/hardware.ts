import type { LoweredOp } from '../lowering/operations.js';
import { acceleratorByName } from '../npu/accelerators.js';
import type { Family } from '../npu/family.js';
import type { System } from '../npu/system.js';
import type { U55Accelerator } from '../npu/u55-tables.js';
import type { Encoders } from '../weights/encoder.js';
import type { Group } from './groups.js';
import type { BlockConfig, CostModel } from './model.js';
import type { CostOp } from './operation.js';
import { findBlockConfig } from './u55/block-config.js';
import { createU55Model } from './u55/model.js';
import { findU85Config } from './u85/find-config.js';
import { groupOf } from './u85/group.js';
import { createU85Model } from './u85/model.js';

/** An accelerator of any family, as far as the scheduler and the reports know it. */
export interface Hardware {
  readonly name: string;
  readonly displayName: string;
  readonly family: Family;
  /** MACs per cycle over all cores. */
  readonly peakMacs: number;
  /** Geometry of the MAC array, where its utilisation has a theory. */
  readonly array?: U55Accelerator;
  /** What is fused or chained onto an operation, where its cost depends on more than the last result. */
  readonly groupOf?: (op: LoweredOp) => Group;
  /** Blocks for dense weights; see `CostModel.findConfig`. */
  readonly findConfig: (op: CostOp, stripeH: number) => BlockConfig | undefined;
  /** @param forSize weights as small as possible rather than fast to decode */
  readonly createModel: (system: System, encoders: Encoders, forSize: boolean) => CostModel;
}

/** The accelerator of that name; a usage error if there is none. */
export function hardwareByName(name: string): Hardware {
  const acc = acceleratorByName(name);
  const { displayName, family } = acc;
  if (acc.family === 'u85') {
    return {
      name,
      displayName,
      family,
      peakMacs: acc.macsPerCycle,
      groupOf,
      findConfig: (op, stripeH) => findU85Config(op, acc, stripeH, false),
      createModel: (system, encoders, forSize) => createU85Model(acc, system, encoders.u85, forSize),
    };
  }
  return {
    name,
    displayName,
    family,
    peakMacs: acc.macsPerCycle * acc.cores,
    array: acc,
    findConfig: (op, stripeH) => findBlockConfig(op, acc, stripeH),
    createModel: (_system, encoders) => createU55Model(acc, encoders.u55),
  };
}
