import { ACCELERATORS, acceleratorByName, type Family } from '../npu/accelerators.js';
import type { System } from '../npu/system.js';
import { U85_ACCELERATORS } from '../npu/u85-tables.js';
import type { Encoders } from '../weights/encoder.js';
import type { BlockConfig, CostModel } from './model.js';
import type { CostOp } from './operation.js';
import { findBlockConfig } from './u55/block-config.js';
import { createU55Model } from './u55/model.js';
import { findU85Config } from './u85/find-config.js';
import { createU85Model } from './u85/model.js';

/** An accelerator of any family, as far as the scheduler and the reports know it. */
export interface Hardware {
  readonly name: string;
  readonly displayName: string;
  readonly family: Family;
  /** MACs per cycle over all cores. */
  readonly peakMacs: number;
  /** Blocks for dense weights; see `CostModel.findConfig`. */
  readonly findConfig: (op: CostOp, stripeH: number) => BlockConfig | undefined;
  /** @param forSize weights as small as possible rather than fast to decode */
  readonly createModel: (system: System, encoders: Encoders, forSize: boolean) => CostModel;
}

/** The accelerator of that name; a usage error if there is none. */
export function hardwareByName(name: string): Hardware {
  const u85 = U85_ACCELERATORS.get(name);
  if (u85 !== undefined) {
    const { displayName, family, macsPerCycle } = u85;
    return {
      name,
      displayName,
      family,
      peakMacs: macsPerCycle,
      findConfig: (op, stripeH) => findU85Config(op, u85, stripeH, false),
      createModel: (system, encoders, forSize) => createU85Model(u85, system, encoders.u85, forSize),
    };
  }
  const acc = acceleratorByName(name);
  return {
    name,
    displayName: acc.displayName,
    family: acc.family,
    peakMacs: acc.macsPerCycle * acc.cores,
    findConfig: (op, stripeH) => findBlockConfig(op, acc, stripeH),
    createModel: (_system, encoders) => createU55Model(acc, encoders.u55),
  };
}

/** Names of all accelerators, smallest first. */
export const HARDWARE_NAMES: readonly string[] = [...ACCELERATORS.keys(), ...U85_ACCELERATORS.keys()];
