import { expect, test } from 'vitest';
import { defaultObjectives, parseObjectives, speedOf } from '../../../search/rank/objectives.js';
import { speedFor, withoutFvp } from '../../../search/rank/speed.js';
import { chooseSystem } from '../../../search/space/systems.js';
import type { Space } from '../../../search/space/space.js';
import type { FvpOptions } from '../../../src/fvp/totals.js';
import type { SystemRequest } from '../../../src/npu/resolve.js';
import { smallSpace } from '../fixture.js';

const spaceOn = (fvp: FvpOptions, ...requests: readonly SystemRequest[]): Space => ({
  ...smallSpace('network'),
  fvp,
  systems: requests.map((request) => chooseSystem(request)),
});

const U55 = { accelerator: 'ethos-u55-128' };
const U85 = { accelerator: 'ethos-u85-256' };

test('one system is ranked by cycles, several by what they have in common', () => {
  expect(speedFor([spaceOn({}, U55)])).toEqual({ speed: 'cycles_total', note: undefined });
  expect(speedFor([spaceOn({}, U55), spaceOn({}, U85)]).note).toBeUndefined();
  const { speed, note } = speedFor([spaceOn({}, U55, U85)]);
  expect(speed).toBe('inference_ms_fvp');
  expect(note).toBe(
    'designs are ranked by inference_ms_fvp, because compiler cycles of different systems cannot be compared',
  );
});

test('without figures on every system cycles stay, and the reason is given', () => {
  const refusing = (request: SystemRequest): boolean => withoutFvp([spaceOn({}, request)]) !== undefined;
  // A profile for another family's flash gives more than an Ethos-U55 takes.
  const lacking = spaceOn({ profile: 'u65' }, U85, U55);
  expect([refusing(U55), refusing(U85)]).toEqual([false, false]);
  expect(withoutFvp([lacking])?.system).toMatch(/^ethos-u55-128, /);
  const { speed, note } = speedFor([lacking]);
  expect(speed).toBe('cycles_total');
  expect(note).toMatch(
    /cannot be compared: there are no FVP-like cycles on ethos-u55-128, .*, because the second/,
  );
});

test('objectives say what is fast', () => {
  expect(speedOf(defaultObjectives(true))).toBe('cycles_total');
  expect(speedOf(defaultObjectives(true, 'inference_ms_fvp'))).toBe('inference_ms_fvp');
  expect(speedOf(parseObjectives('cycles_fvp,sram_total_bytes'))).toBe('inference_ms_fvp');
  expect(speedOf(parseObjectives('cycles_fvp,cycles_total'))).toBe('cycles_total');
  expect(speedOf(parseObjectives('sram_total_bytes'))).toBe('cycles_total');
});
