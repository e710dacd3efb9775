import fc from 'fast-check';
import { expect, test } from 'vitest';
import { liveRanges, usage, type Placement } from '../../src/schedule/liveness.js';
import { AREA } from '../../src/schedule/machine.js';
import type { Schedule } from '../../src/schedule/entry.js';
import type { Program } from '../../src/schedule/program.js';
import { scheduleProgram } from '../../src/schedule/schedule.js';
import { plainTimeLine, plainUse } from './plain-ranges.js';
import { anyWorkshops } from './random-schedules.js';

function expectSameRanges(
  program: Program,
  schedule: Schedule,
  placement: Placement,
  target: number,
  rolling: boolean,
): void {
  const live = liveRanges(program, schedule, placement, target, rolling);
  const plain = plainTimeLine(program, schedule, placement, target, rolling);
  expect([...live.times]).toEqual(plain.times);
  expect(live.length).toBe(plain.length);
  const ranges = Array.from({ length: live.count }, (_, i) => ({
    start: live.starts[i],
    end: live.ends[i],
    size: live.sizes[i],
  }));
  expect(ranges).toEqual(plain.ranges);
  program.tensors.forEach((_, id) => {
    const range = plain.rangeOf.get(id);
    expect(live.rangeOf[id]).toBe(range ? plain.ranges.indexOf(range) : -1);
  });
  expect([...usage(live)]).toEqual(plainUse(plain));
}

test('live ranges are those of the time line by the letter', () => {
  let cascaded = 0;
  fc.assert(
    fc.property(fc.oneof(anyWorkshops('mixed', 4), anyWorkshops('tall', 4)), (workshops) => {
      workshops.forEach(({ machine, program }, i) => {
        const scheduled = scheduleProgram(machine, program, i % 2 === 0 ? 'Performance' : 'Size');
        const { schedule, placement } = scheduled;
        if (scheduled.cascaded) cascaded++;
        for (const target of [AREA.featureMaps, AREA.staging]) {
          for (const rolling of [true, false])
            expectSameRanges(program, schedule, placement, target, rolling);
        }
      });
    }),
    { seed: 80, numRuns: 40 },
  );
  expect(cascaded).toBeGreaterThan(20);
});
