import type { Memory, System } from '../npu/system.js';
import type { ModeKind } from './profiles.js';

/** The memory behind the second port, flash or DRAM; undefined if there is only SRAM. */
export function externalMemory({ constants, featureMaps }: System): Memory | undefined {
  if (constants.name !== 'Sram') return constants;
  return featureMaps.name === 'Sram' ? undefined : featureMaps;
}

/** How a system's memory mode uses its memories. */
export const modeOf = (system: System): ModeKind => {
  if (externalMemory(system) === undefined) return 'Sram_Only';
  return system.spilling ? 'Dedicated_Sram' : 'Shared_Sram';
};

/** Whether a memory is a flash. */
export const isFlash = ({ name }: Memory): boolean => name !== 'Sram' && name !== 'Dram';
