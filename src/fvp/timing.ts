import { AXI_BYTES, familyOf, isAcceleratorName, unknownAccelerator } from '../npu/accelerator-names.js';
import type { Family } from '../npu/family.js';
import type { Memory, System } from '../npu/system.js';
import {
  MEASURED_MODES,
  MEASURED_STAGING,
  MEASURED_SYSTEMS,
  profileOf,
  PROFILES,
  USUAL_READS,
  type MemoryTiming,
  type ModeKind,
  type ProfileName,
} from './profiles.js';

/**
 * How well the figures for a system are known: measured on it, on some a little different, on some very different
 * (docs/model/fvp.md#classes).
 */
export type FvpClass = 'measured' | 'near' | 'far';

/** No figure can be given; a clause that says why. */
export interface Refusal {
  readonly refused: string;
}

/** Memory timing of a system, and how well figures with it are known. */
export interface SystemTiming {
  readonly profile: ProfileName | 'custom';
  readonly memory: MemoryTiming;
  readonly class: FvpClass;
  /** Clauses that say why the class is not "measured". */
  readonly why: readonly string[];
}

const CLASSES: readonly FvpClass[] = ['measured', 'near', 'far'];

/** The less certain of two classes. */
export const worse = (a: FvpClass, b: FvpClass): FvpClass =>
  CLASSES[Math.max(CLASSES.indexOf(a), CLASSES.indexOf(b))]!;

/** The memory behind the second port, flash or DRAM; undefined if there is only SRAM. */
export function externalMemory({ constants, featureMaps }: System): Memory | undefined {
  if (constants.name !== 'Sram') return constants;
  return featureMaps.name === 'Sram' ? undefined : featureMaps;
}

const modeOf = (system: System): ModeKind => {
  if (externalMemory(system) === undefined) return 'Sram_Only';
  return system.spilling ? 'Dedicated_Sram' : 'Shared_Sram';
};

const isFlash = ({ name }: Memory): boolean => name !== 'Sram' && name !== 'Dram';

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

/** Limits of what is estimated at all, and of what counts as near. */
const LIMITS = {
  readLatency: 2000,
  sramLatency: 128,
  u55BytesPerCycle: 1.5,
  nearSramLatency: 64,
  nearReads: 4,
  nearFactor: 2,
} as const;

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

const within = (value: number, measured: number, factor: number): boolean =>
  value >= measured / factor && value <= measured * factor;

/** What sets a timing apart from the one measured on an Ethos-U85. */
function differences(timing: MemoryTiming, measured: MemoryTiming, external: boolean): readonly string[] {
  const { nearSramLatency, nearReads, nearFactor } = LIMITS;
  const far: string[] = [];
  if (timing.sramLatency > nearSramLatency)
    far.push(`an SRAM latency of ${timing.sramLatency} was never measured`);
  if (!external) return far;
  if (!within(timing.readLatency, measured.readLatency, nearFactor)) {
    far.push(
      `its read latency of ${timing.readLatency} is far from the ${measured.readLatency} that was measured`,
    );
  }
  if (!within(timing.bytesPerCycle, measured.bytesPerCycle, nearFactor)) {
    far.push(
      `its ${timing.bytesPerCycle} bytes per cycle are far from the ${measured.bytesPerCycle} that were measured`,
    );
  }
  if (timing.reads < nearReads)
    far.push(`so few outstanding reads (${timing.reads}) make the model too fast`);
  return far;
}

interface Judgement {
  readonly class: FvpClass;
  readonly why: readonly string[];
}

/** A timing that is not the measured one of the system. */
function customJudgement(timing: MemoryTiming, system: System, family: Family): Judgement {
  const own = profileOf(system.accelerator, family);
  if (family !== 'u85') {
    return { class: 'far', why: [`Ethos-${family.toUpperCase()} was measured with one system only`] };
  }
  const far = differences(timing, PROFILES[own], externalMemory(system) !== undefined);
  if (far.length > 0) return { class: 'far', why: far };
  return { class: 'near', why: ['the system is not one that was measured, but like it'] };
}

/** The measured timing in a memory mode, which may be another than the measured one. */
function modeJudgement(system: System, family: Family): Judgement {
  const mode = modeOf(system);
  if (!MEASURED_MODES[family].includes(mode)) {
    return { class: 'far', why: [`Ethos-${family.toUpperCase()} was never measured in ${mode}`] };
  }
  if (mode === 'Dedicated_Sram' && system.arenaCacheSize !== MEASURED_STAGING) {
    return {
      class: 'near',
      why: [`Dedicated_Sram was measured with ${MEASURED_STAGING} bytes of staging memory only`],
    };
  }
  return { class: 'measured', why: [] };
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
