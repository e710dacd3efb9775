import { fvpSetting } from '../../src/fvp/totals.js';
import type { Space } from '../space/space.js';

/**
 * The figure that says how fast a design is: the compiler's cycles, or the time by FVP-like cycles, which different
 * systems have in common.
 */
export type Speed = 'cycles_total' | 'inference_ms_fvp';

/** A figure of speed, with a sentence about it where there is something to say. */
export interface SpeedChoice {
  readonly speed: Speed;
  readonly note: string | undefined;
}

/** The first system of some spaces without FVP-like cycles, and why it has none; undefined if all have them. */
export const withoutFvp = (
  spaces: readonly Space[],
): { readonly system: string; readonly why: string } | undefined => {
  for (const { systems, fvp } of spaces) {
    for (const { system } of systems) {
      const setting = fvpSetting(system, fvp);
      if (!('refused' in setting)) continue;
      const { accelerator, systemConfig, memoryMode } = system;
      return { system: `${accelerator}, ${systemConfig}, ${memoryMode}`, why: setting.refused };
    }
  }
  return undefined;
};

const INCOMPARABLE = 'compiler cycles of different systems cannot be compared';

/** How designs are ranked by speed: where a space has several systems, by what these have in common. */
export const speedFor = (spaces: readonly Space[]): SpeedChoice => {
  if (spaces.every(({ systems }) => systems.length < 2)) return { speed: 'cycles_total', note: undefined };
  const lacking = withoutFvp(spaces);
  if (lacking === undefined) {
    return {
      speed: 'inference_ms_fvp',
      note: `designs are ranked by inference_ms_fvp, because ${INCOMPARABLE}`,
    };
  }
  return {
    speed: 'cycles_total',
    note:
      `designs are ranked by cycles_total, though ${INCOMPARABLE}: there are no FVP-like cycles on ` +
      `${lacking.system}, because ${lacking.why}`,
  };
};
