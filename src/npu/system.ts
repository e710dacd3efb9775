/** Memory a port of the accelerator leads to. */
export type MemoryName = 'Sram' | 'Dram' | 'OnChipFlash' | 'OffChipFlash';

/** Properties of one memory as all estimates use them (docs/model/systems.md#bandwidth). */
export interface Memory {
  readonly name: MemoryName;
  /** Bytes per NPU cycle, a float32 value. */
  readonly bytesPerCycle: number;
  /** Cycles. */
  readonly readLatency: number;
  readonly writeLatency: number;
  /** Bytes. */
  readonly burstLength: number;
  readonly portsUsed: number;
  /** Outstanding transactions; only Ethos-U85 estimates use them. */
  readonly maxReads: number;
  readonly maxWrites: number;
}

/** A system configuration and a memory mode, resolved for one accelerator. */
export interface System {
  /** Name of the accelerator, e.g. `ethos-u55-128`. */
  readonly accelerator: string;
  readonly systemConfig: string;
  readonly memoryMode: string;
  /** Hertz. */
  readonly coreClock: number;
  /** Limit of the staging memory in bytes (`L`). */
  readonly arenaCacheSize: number;
  /** Memory of constants, of feature maps (arena) and of staging (cache). */
  readonly constants: Memory;
  readonly featureMaps: Memory;
  readonly staging: Memory;
  /** Feature maps and staging are different memories (the Dedicated_Sram modes). */
  readonly spilling: boolean;
  /**
   * Where constants are displayed: differs from `constants.name` in Sram_Only, where the report calls the
   * constants' share of the SRAM on-chip flash.
   */
  readonly constantsShownAs: MemoryName;
  /** Design peak bandwidth per memory, GiB/s, as reports print it. */
  readonly bandwidths: Readonly<Record<MemoryName, number>>;
  /** Outstanding reads of the memories whose configuration states them; `Memory.maxReads` is 1 for all others. */
  readonly statedReads?: Readonly<Partial<Record<MemoryName, number>>>;
}
