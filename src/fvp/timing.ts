import { AXI_BYTES, familyOf, isAcceleratorName, unknownAccelerator } from '../npu/accelerator-names.js';
import type { Family } from '../npu/family.js';
import type { System } from '../npu/system.js';
import { customJudgement, modeJudgement, worse, type Judgement } from './classes.js';
import { externalMemory, isFlash } from './memories.js';
import {
  MEASURED_SYSTEMS,
  profileOf,
  PROFILES,
  USUAL_READS,
  type MemoryTiming,
  type ProfileName,
} from './profiles.js';

/** No figure can be given; a clause that says why. */
export interface Refusal {
  readonly refused: string;
}

/** Memory timing of a system, and how well figures with it are known. */
export interface SystemTiming extends Judgement {
  readonly profile: ProfileName | 'custom';
  readonly memory: MemoryTiming;
}

/** Whether a system is one that was measured: name and values; the write latency of a flash has no influence. */
function isMeasured(system: System, family: Family): boolean {
  const known = MEASURED_SYSTEMS.get(system.systemConfig);
  if (known?.family !== family) return false;
  const { staging } = system;
  const external = externalMemory(system);
  return (
    staging.readLatency === known.sram.read &&
    staging.writeLatency === known.sram.write &&
    staging.bytesPerCycle === known.sram.bytesPerCycle &&
    (external === undefined ||
      (external.name === known.external.name &&
        external.readLatency === known.external.read &&
        (isFlash(external) || external.writeLatency === known.external.write)))
  );
}

const UNLIMITED_READS = 64;

/** The timing that a system's own section describes. */
function ownTiming(system: System, family: Family): MemoryTiming {
  const external = externalMemory(system);
  const sramLatency = system.staging.readLatency;
  if (external === undefined) {
    return { sramLatency, readLatency: 0, writeLatency: 0, bytesPerCycle: 1, reads: Infinity };
  }
  const { name, readLatency, writeLatency, bytesPerCycle, portsUsed } = external;
  const reads = (system.statedReads?.[name] ?? USUAL_READS[family]) * portsUsed;
  return {
    sramLatency,
    readLatency,
    writeLatency,
    bytesPerCycle,
    reads: reads >= UNLIMITED_READS ? Infinity : reads,
  };
}

/** Limits of what is estimated at all. */
const LIMITS = { readLatency: 2000, sramLatency: 128, u55BytesPerCycle: 1.5 } as const;

function refusal(timing: MemoryTiming, family: Family, external: boolean): Refusal | undefined {
  const { readLatency, sramLatency, bytesPerCycle } = timing;
  if (sramLatency > LIMITS.sramLatency) {
    return {
      refused: `the SRAM answers after ${sramLatency} cycles, and the model knows none above ${LIMITS.sramLatency}`,
    };
  }
  if (!external) return undefined;
  if (readLatency > LIMITS.readLatency) {
    return {
      refused: `the second memory answers after ${readLatency} cycles, and the model knows none above ${LIMITS.readLatency}`,
    };
  }
  if (family === 'u55' && bytesPerCycle > LIMITS.u55BytesPerCycle) {
    return {
      refused:
        `the second memory gives ${bytesPerCycle} bytes per cycle, and above ${LIMITS.u55BytesPerCycle} an Ethos-U55 ` +
        'reaches a limit that the model does not know',
    };
  }
  return undefined;
}

/**
 * The memory timing that belongs to a system (docs/model/fvp.md#profiles).
 *
 * @param profile the timing to use whatever the system says
 */
export function timingOf(system: System, profile?: ProfileName): SystemTiming | Refusal {
  const { accelerator } = system;
  if (!isAcceleratorName(accelerator)) throw unknownAccelerator(accelerator);
  const family = familyOf(accelerator);
  const usual = profileOf(accelerator, family);
  if (isFlash(system.featureMaps)) return { refused: 'its feature maps lie in a flash' };
  const measured = isMeasured(system, family);
  const chosen = profile ?? (measured ? usual : undefined);
  if (chosen === undefined && system.staging.bytesPerCycle < AXI_BYTES[family]) {
    return {
      refused: `the SRAM gives ${system.staging.bytesPerCycle} bytes per cycle, and the model knows none below ${AXI_BYTES[family]}`,
    };
  }
  const memory = chosen === undefined ? ownTiming(system, family) : PROFILES[chosen];
  const refused = refusal(memory, family, externalMemory(system) !== undefined);
  if (refused !== undefined) return refused;
  const mode = modeJudgement(system, family);
  const timing: Judgement =
    measured && chosen === usual ? { class: 'measured', why: [] } : customJudgement(memory, system, family);
  return {
    profile: chosen ?? 'custom',
    memory,
    class: worse(timing.class, mode.class),
    why: [...timing.why, ...mode.why],
  };
}
