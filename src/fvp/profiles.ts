import type { Family } from '../npu/family.js';
import type { MemoryName } from '../npu/system.js';

/** How fast the memories answer, as the formula sees it; latencies in NPU cycles. */
export interface MemoryTiming {
  readonly sramLatency: number;
  /** Of the second memory, flash or DRAM: latencies, bytes per cycle, reads in flight (Infinity for no limit). */
  readonly readLatency: number;
  readonly writeLatency: number;
  readonly bytesPerCycle: number;
  readonly reads: number;
}

/** Timings of the evaluation kit's FVPs, by the names of the kit's timing files (docs/model/fvp.md#profiles). */
export const PROFILES = {
  /** `u55_high_end`: an SRAM and a flash. */
  u55: { sramLatency: 32, readLatency: 64, writeLatency: 0, bytesPerCycle: 1, reads: 2 },
  /** `u65_high_end`: 1172 of 5000 cycles of a port of 16 bytes. */
  u65: { sramLatency: 32, readLatency: 500, writeLatency: 250, bytesPerCycle: 3.7504, reads: 24 },
  /** `u85_sys_dram_low`: 2344 of 5000 cycles. */
  'u85-low': { sramLatency: 16, readLatency: 250, writeLatency: 125, bytesPerCycle: 7.5008, reads: 24 },
  /** `u85_sys_dram_mid` and `u85_sys_dram_high`: 3750 of 5000 cycles. */
  'u85-mid': { sramLatency: 32, readLatency: 500, writeLatency: 250, bytesPerCycle: 12, reads: Infinity },
} as const satisfies Readonly<Record<string, MemoryTiming>>;

/** Name of a measured memory timing. */
export type ProfileName = keyof typeof PROFILES;

/** All of them. */
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly ProfileName[];

/** Those with a slower memory, for which the kit builds an FVP of its own. */
export const isSmallU85 = (accelerator: string): boolean =>
  accelerator === 'ethos-u85-128' || accelerator === 'ethos-u85-256';

/** The timing of the FVP that the kit builds with an accelerator. */
export const profileOf = (accelerator: string, family: Family): ProfileName =>
  family === 'u85' ? (isSmallU85(accelerator) ? 'u85-low' : 'u85-mid') : family;

/** Latencies of a memory, cycles. */
interface Latencies {
  readonly read: number;
  readonly write: number;
}

/** A system that was compiled for when the FVPs were measured. */
export interface MeasuredSystem {
  readonly family: Family;
  readonly sram: Latencies & { readonly bytesPerCycle: number };
  readonly external: Latencies & { readonly name: MemoryName };
}

const DRAM = { name: 'Dram', read: 500, write: 250 } as const;
const MID: MeasuredSystem = {
  family: 'u85',
  sram: { read: 32, write: 32, bytesPerCycle: 32 },
  external: DRAM,
};
const HIGH: MeasuredSystem = { ...MID, sram: { ...MID.sram, bytesPerCycle: 64 } };

/** Those systems by name; the kit's names for systems of ours included. */
export const MEASURED_SYSTEMS: ReadonlyMap<string, MeasuredSystem> = new Map([
  [
    'Ethos_U55_High_End_Embedded',
    {
      family: 'u55',
      sram: { read: 32, write: 32, bytesPerCycle: 8 },
      external: { name: 'OffChipFlash', read: 64, write: 0 },
    },
  ],
  ['Ethos_U65_High_End', { family: 'u65', sram: { read: 32, write: 32, bytesPerCycle: 16 }, external: DRAM }],
  ['Ethos_U85_SYS_DRAM_Low', { ...MID, sram: { read: 16, write: 16, bytesPerCycle: 32 } }],
  ['Ethos_U85_SYS_DRAM_Mid', MID],
  ['Ethos_U85_SYS_DRAM_Mid_512', MID],
  ['Ethos_U85_SYS_DRAM_Mid_1024', MID],
  ['Ethos_U85_SYS_DRAM_High', HIGH],
  ['Ethos_U85_SYS_DRAM_High_2048', HIGH],
]);

/** How a memory mode uses the memories, whatever its name. */
export type ModeKind = 'Sram_Only' | 'Shared_Sram' | 'Dedicated_Sram';

/** The modes in which a family was measured. */
export const MEASURED_MODES: Readonly<Record<Family, readonly ModeKind[]>> = {
  u55: ['Shared_Sram'],
  u65: ['Dedicated_Sram'],
  u85: ['Sram_Only', 'Shared_Sram', 'Dedicated_Sram'],
};

/** Bytes of the staging memory in the measured Dedicated_Sram. */
export const MEASURED_STAGING = 393216;

/** Outstanding reads of a system whose configuration does not state them. */
export const USUAL_READS: Readonly<Record<Family, number>> = { u55: 2, u65: 24, u85: 24 };
