import { familyOf, type AcceleratorName } from '../npu/accelerator-names.js';
import type { System } from '../npu/system.js';
import { barOf } from './bars.js';
import { factorOf, holdsFor, type Calibration } from './calibrate/calibration.js';
import { calibrated, NO_FACTORS, type Factors } from './calibrate/factors.js';
import { worse, type FvpClass } from './classes.js';
import type { Parameters } from './parameters.js';
import type { ProfileName } from './profiles.js';
import { timingOf, type Refusal, type SystemTiming } from './timing.js';

/** What the user says about the memories. */
export interface FvpOptions {
  /** A measured timing, to be used whatever the system says. */
  readonly profile?: ProfileName | undefined;
  /** What logs have changed. */
  readonly calibration?: Calibration | undefined;
  /** SHA-256 of the model's file, by which a calibration knows it. */
  readonly model?: string | undefined;
}

/** All that the figures of a network on one system depend on besides the network. */
export interface FvpSetting {
  readonly system: System;
  readonly timing: SystemTiming;
  readonly parameters: Parameters;
  readonly calibration: Calibration | undefined;
  /** The calibration is of this memory timing. */
  readonly holds: boolean;
  readonly factors: Factors;
  /** Factor on every layer of the network, by a log of its own. */
  readonly network: number;
}

/** How figures on a system come about; or why there are none. */
export function fvpSetting(
  system: System,
  { profile, calibration, model }: FvpOptions = {},
): FvpSetting | Refusal {
  const timing = timingOf(system, profile);
  if ('refused' in timing) return timing;
  const accelerator = system.accelerator as AcceleratorName;
  const holds = calibration !== undefined && holdsFor(calibration, timing.memory);
  const factors = holds ? calibration.factors : NO_FACTORS;
  return {
    ...{ system, timing, calibration, holds, factors },
    parameters: calibrated(accelerator, timing.memory, factors),
    network: calibration === undefined ? 1 : factorOf(calibration, model, familyOf(accelerator)),
  };
}

/** Layers are added up in parts of a cycle, so that their order and grouping do not matter: such sums are exact. */
const PARTS = 2 ** 16;

/** What a layer's cycles add to its network's. */
export const summand = ({ network }: FvpSetting, cycles: number): number =>
  Math.round(cycles * network * PARTS) / PARTS;

/** Layers of a network, added up. */
export interface FvpSums {
  readonly cycles: number;
  /** Of layers unlike any that was measured. */
  readonly extrapolatedCycles: number;
}

/** Figures of a network as a whole. */
export interface FvpTotals {
  readonly class: FvpClass;
  /** Clauses that say why the class is not "measured". */
  readonly why: readonly string[];
  readonly cycles: number;
  /** 80 % of measured totals lie between these. */
  readonly low: number;
  readonly high: number;
}

/** A network with more of its cycles in such layers is far from what was measured. */
const MOST_EXTRAPOLATED = 0.2;

/** Why a network has no such figure, whatever its system; undefined if nothing stands against it. */
export function noFigure(
  { spilling, arenaCacheSize }: System,
  stagingBytes: number,
  anyLayer: boolean,
): string | undefined {
  if (!anyLayer) return 'nothing runs on the NPU';
  if (spilling && stagingBytes > arenaCacheSize) {
    return 'the network does not fit into its memory, and the reference compiler stops with an error';
  }
  return undefined;
}

/**
 * The figures of a network whose layers add up to `sums`; or why there are none.
 * @param stagingBytes that it takes of the staging memory
 */
export function fvpTotals(setting: FvpSetting, sums: FvpSums, stagingBytes: number): FvpTotals | Refusal {
  const { system, timing, calibration, holds } = setting;
  const { cycles: total, extrapolatedCycles } = sums;
  const refused = noFigure(system, stagingBytes, total > 0);
  if (refused !== undefined) return { refused };
  const share = extrapolatedCycles / total;
  const strange = share > MOST_EXTRAPOLATED;
  const known = strange ? worse(timing.class, 'far') : timing.class;
  const cycles = Math.round(total);
  const family = familyOf(system.accelerator as AcceleratorName);
  const { low, high } = barOf(total, family, known, calibration?.bar ?? 0);
  return {
    class: known,
    why: [
      ...timing.why,
      ...(calibration !== undefined && !holds ? ['the calibration is of another memory timing'] : []),
      ...(strange
        ? [`${Math.round(share * 100)}% of the cycles are in layers unlike any that was measured`]
        : []),
    ],
    ...{ cycles, low: Math.floor(low), high: Math.ceil(high) },
  };
}
