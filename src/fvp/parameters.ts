import { familyOf, type AcceleratorName } from '../npu/accelerator-names.js';
import {
  constantsOf,
  EXTERNAL_LATENCIES_PER_LAYER,
  MOST_READS_IN_FLIGHT,
  LONGEST_BURST,
  SRAM_LATENCIES_PER_LAYER,
} from './constants.js';
import type { MemoryTiming } from './profiles.js';

/** All numbers of the formula (docs/model/fvp.md#formula); what is fitted to a user's logs changes some of them. */
export interface Parameters {
  /** MAC cycles are corrected, and narrow NHWC inputs cost pixels. */
  readonly isU85: boolean;
  readonly sramLatency: number;
  readonly readLatency: number;
  readonly writeLatency: number;
  /** Bytes per cycle that the second memory gives, and those that the reads in flight let through. */
  readonly externalRate: number;
  readonly readRate: number;
  readonly readsInFlight: number;
  readonly writesInFlight: number;
  readonly cyclesPerBrick: number;
  /** Latencies that a layer waits for. */
  readonly sramLatencies: number;
  readonly externalLatencies: number;
}

/** The shipped numbers for an accelerator with memories of that timing. */
export function parametersOf(accelerator: AcceleratorName, memory: MemoryTiming): Parameters {
  const family = familyOf(accelerator);
  const { cyclesPerBrick, bytesInFlight, writesInFlight } = constantsOf(accelerator, family);
  const { sramLatency, readLatency, writeLatency, bytesPerCycle, reads } = memory;
  const inFlight = Math.min(LONGEST_BURST * reads, bytesInFlight);
  return {
    isU85: family === 'u85',
    sramLatency,
    readLatency,
    writeLatency,
    externalRate: bytesPerCycle,
    readRate: Math.min(bytesPerCycle, inFlight / Math.max(readLatency, 1)),
    readsInFlight: Math.min(reads, MOST_READS_IN_FLIGHT),
    writesInFlight,
    cyclesPerBrick,
    sramLatencies: SRAM_LATENCIES_PER_LAYER,
    externalLatencies: EXTERNAL_LATENCIES_PER_LAYER,
  };
}
