import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bufferSchedule } from '../../src/schedule/buffering.js';
import type { Schedule } from '../../src/schedule/entry.js';
import { plainBuffering, type Decision } from './plain-buffering.js';
import { anyWorkshops, cascaded, type Workshop } from './random-schedules.js';

const decisionsOf = (schedule: Schedule): (Decision | undefined)[] =>
  schedule.map(({ plan, slices, buffer, hideCycles, freeMemory }) =>
    plan === undefined
      ? undefined
      : {
          boundaries: slices!.boundaries,
          parts: buffer?.parts ?? [],
          prebuffered: buffer?.prebuffered ?? false,
          hide: hideCycles,
          free: freeMemory,
        },
  );

/** Compares all decisions and counts what they are. */
function compare({ machine, program, whole, snapshot }: Workshop, kinds: Map<string, number>): void {
  const limit = machine.system.arenaCacheSize;
  const got = decisionsOf(bufferSchedule(machine, program, whole, snapshot, limit));
  expect(got).toEqual(plainBuffering(machine, program, whole, snapshot, limit));
  for (const d of got) {
    if (d === undefined) continue;
    const kind = `${d.parts.length} parts ${d.prebuffered ? 'early' : 'late'}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
}

test('weights are buffered as the procedure by the letter does', () => {
  const kinds = new Map<string, number>();
  const workshops = fc.oneof(anyWorkshops('deep', 12), anyWorkshops('mixed', 12));
  fc.assert(
    fc.property(workshops, (list) => {
      for (const workshop of list) compare(workshop, kinds);
    }),
    { seed: 60, numRuns: 80 },
  );
  for (const kind of ['0 parts late', '1 parts late', '1 parts early', '2 parts late', '2 parts early']) {
    expect(kinds.get(kind), kind).toBeGreaterThan(20);
  }
});

test('the same in cascades', () => {
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(anyWorkshops('tall', 12), fc.integer({ min: 1, max: 30_000 }), (list, guide) => {
      for (const workshop of list) compare(cascaded(workshop, guide), kinds);
    }),
    { seed: 61, numRuns: 40 },
  );
  expect(kinds.get('1 parts early')).toBeGreaterThan(20);
  expect(kinds.get('1 parts late')).toBeGreaterThan(20);
});
