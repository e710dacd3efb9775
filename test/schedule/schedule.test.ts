import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Schedule } from '../../src/schedule/entry.js';
import { scheduleProgram } from '../../src/schedule/schedule.js';
import { plainSchedule } from './plain-schedule.js';
import { anyWorkshops } from './random-schedules.js';

const summary = (schedule: Schedule): unknown[] =>
  schedule.map(({ plan, slices, buffer, hideCycles, freeMemory, place }) => ({
    stripe: plan?.stripeH,
    boundaries: slices?.boundaries,
    ...{ buffer, hideCycles, freeMemory, place },
  }));

test('the schedule is the one that is chosen by the letter', () => {
  let [cascades, improved] = [0, 0];
  const limits = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(fc.oneof(anyWorkshops('tall', 6), anyWorkshops('mixed', 6)), limits, (list, tight) => {
      list.forEach((w, i) => {
        // Limits from below the largest feature map up to what all needs.
        const limit = Math.ceil((w.snapshot.peak * tight[i]!) / 50);
        const system = w.machine.system.spilling
          ? w.machine.system
          : { ...w.machine.system, arenaCacheSize: limit };
        const machine = { ...w.machine, system };
        const optimise = i % 3 === 0 ? 'Size' : 'Performance';
        const { schedule } = scheduleProgram(machine, w.program, optimise);
        expect(summary(schedule)).toEqual(summary(plainSchedule({ ...w, machine }, optimise)));
        cascades += schedule.filter(({ place }) => place?.first).length;
        improved += schedule.filter(({ place, plan }) => place?.first && plan!.stripeH > 3).length;
      });
    }),
    { seed: 70, numRuns: 80 },
  );
  expect(cascades).toBeGreaterThan(60);
  expect(improved).toBeGreaterThan(10);
});
