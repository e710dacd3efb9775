import type { AcceleratorName } from '../../npu/accelerator-names.js';
import { parametersOf, type Parameters } from '../parameters.js';
import type { MemoryTiming } from '../profiles.js';

/** What logs can change: factors on parts of the formula (docs/model/fvp.md#calibration). */
export interface Factors {
  /** On the latencies of the second memory. */
  readonly latency: number;
  /** On the cycles per brick of SRAM. */
  readonly cyclesPerBrick: number;
  /** On the latencies that no layer hides. */
  readonly layerLatencies: number;
}

export const NO_FACTORS: Factors = { latency: 1, cyclesPerBrick: 1, layerLatencies: 1 };

/** The numbers of the formula with those factors. */
export function calibrated(
  accelerator: AcceleratorName,
  memory: MemoryTiming,
  { latency, cyclesPerBrick, layerLatencies }: Factors,
): Parameters {
  const shipped = parametersOf(accelerator, {
    ...memory,
    readLatency: memory.readLatency * latency,
    writeLatency: memory.writeLatency * latency,
  });
  return {
    ...shipped,
    cyclesPerBrick: shipped.cyclesPerBrick * cyclesPerBrick,
    sramLatencies: shipped.sramLatencies * layerLatencies,
    externalLatencies: shipped.externalLatencies * layerLatencies,
  };
}
