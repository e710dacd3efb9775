import type { Family } from '../npu/family.js';
import type { System } from '../npu/system.js';
import { externalMemory, modeOf } from './memories.js';
import { MEASURED_MODES, MEASURED_STAGING, profileOf, PROFILES, type MemoryTiming } from './profiles.js';

/**
 * How well the figures for a system are known: measured on it, on some a little different, on some very different
 * (docs/model/fvp.md#classes).
 */
export type FvpClass = 'measured' | 'near' | 'far';

const CLASSES: readonly FvpClass[] = ['measured', 'near', 'far'];

/** The less certain of two classes. */
export const worse = (a: FvpClass, b: FvpClass): FvpClass =>
  CLASSES[Math.max(CLASSES.indexOf(a), CLASSES.indexOf(b))]!;

/** What counts as near on Ethos-U85: most of the SRAM latency, fewest outstanding reads, most times another value. */
const NEAR = { sramLatency: 64, reads: 4, factor: 2 } as const;

const within = (value: number, measured: number, factor: number): boolean =>
  value >= measured / factor && value <= measured * factor;

/** What sets a timing apart from the one measured on an Ethos-U85. */
function differences(timing: MemoryTiming, measured: MemoryTiming, external: boolean): readonly string[] {
  const far: string[] = [];
  if (timing.sramLatency > NEAR.sramLatency)
    far.push(`an SRAM latency of ${timing.sramLatency} was never measured`);
  if (!external) return far;
  if (!within(timing.readLatency, measured.readLatency, NEAR.factor)) {
    far.push(
      `its read latency of ${timing.readLatency} is far from the ${measured.readLatency} that was measured`,
    );
  }
  if (!within(timing.bytesPerCycle, measured.bytesPerCycle, NEAR.factor)) {
    far.push(
      `its ${timing.bytesPerCycle} bytes per cycle are far from the ${measured.bytesPerCycle} that were measured`,
    );
  }
  if (timing.reads < NEAR.reads)
    far.push(`so few outstanding reads (${timing.reads}) make the model too fast`);
  return far;
}

/** A class, and clauses that say why it is not "measured". */
export interface Judgement {
  readonly class: FvpClass;
  readonly why: readonly string[];
}

/** A timing that is not the measured one of the system. */
export function customJudgement(timing: MemoryTiming, system: System, family: Family): Judgement {
  const own = profileOf(system.accelerator, family);
  if (family !== 'u85') {
    return { class: 'far', why: [`Ethos-${family.toUpperCase()} was measured with one system only`] };
  }
  const far = differences(timing, PROFILES[own], externalMemory(system) !== undefined);
  if (far.length > 0) return { class: 'far', why: far };
  return { class: 'near', why: ['the system is not one that was measured, but like it'] };
}

/** The measured timing in a memory mode, which may be another than the measured one. */
export function modeJudgement(system: System, family: Family): Judgement {
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
