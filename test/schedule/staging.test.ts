import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import { networkBuilder } from '../../src/graph/build/builder.js';
import { binary, conv2d, input } from '../../src/graph/build/layers.js';
import { importNetwork } from '../../src/graph/import.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import type { Schedule } from '../../src/schedule/entry.js';
import { takeSnapshot, type Placement } from '../../src/schedule/liveness.js';
import { AREA } from '../../src/schedule/machine.js';
import { scheduleProgram } from '../../src/schedule/schedule.js';
import { placeInStaging } from '../../src/schedule/staging.js';
import { plainStaging } from './plain-staging.js';
import { anySystem, anyWorkshops, type Workshop } from './random-schedules.js';

const spilling = anySystem.filter((system) => system.spilling);

/** Places before feature maps are moved: rolling buffers only are in staging memory. */
function before({ program, placement }: Workshop, schedule: Schedule): Placement {
  const areas = placement.areas.slice();
  schedule.forEach(({ place }, i) => {
    const op = program.ops[i]!;
    if (place?.rolling) areas[op.ifms[op.primaryIfm]!] = AREA.staging;
  });
  return { ...placement, areas };
}

const ownBuffers = (schedule: Schedule): Int32Array => Int32Array.from(schedule, (_, i) => i);

test('feature maps are kept close as the procedure by the letter does', () => {
  let contests = 0;
  fc.assert(
    fc.property(
      anyWorkshops('mixed', 1, spilling),
      fc.integer({ min: 30, max: 100 }),
      ([workshop], percent) => {
        const { program, placement, whole } = workshop!;
        const everything = { ...placement, areas: placement.areas.map((a) => (a === 1 ? AREA.staging : a)) };
        for (const share of [percent, percent * 0.8, percent * 0.6]) {
          const limit = Math.ceil((takeSnapshot(program, whole, everything).peak * share) / 100);
          const plain = plainStaging(program, whole, placement, limit);
          if (plain.competing > 1) contests++;
          const { areas } = placeInStaging(program, whole, placement, limit, ownBuffers(whole));
          expect([...areas]).toEqual(plain.areas);
        }
      },
    ),
    { seed: 76, numRuns: 100 },
  );
  expect(contests).toBeGreaterThan(40);
});

test('the same beside cascades and weight buffers', () => {
  const forms = fc.oneof(anyWorkshops('mixed', 6, spilling), anyWorkshops('tall', 6, spilling));
  fc.assert(
    fc.property(forms, (list) => {
      for (const workshop of list) {
        const { machine, program } = workshop;
        const { schedule, placement } = scheduleProgram(machine, program, 'Performance');
        const limit = machine.system.arenaCacheSize;
        const plain = plainStaging(program, schedule, before(workshop, schedule), limit);
        expect([...placement.areas]).toEqual(plain.areas);
      }
    }),
    { seed: 77, numRuns: 40 },
  );
});

describe('a feature map beside one in DRAM', () => {
  const system = resolveSystem({
    accelerator: 'ethos-u65-256',
    systemConfig: 'Ethos_U65_High_End',
    memoryMode: 'Dedicated_Sram',
  });

  /** Areas of a convolution's result that is added to the graph input, which is always in DRAM. */
  function areasOf(alsoConvolved: boolean): string[] {
    const b = networkBuilder(1, 'joined');
    const x = input(b, 'x', [1, 16, 16, 16]);
    const layer = { kernel: [3, 3], filters: 16 } as const;
    const y = conv2d(b, x, { ...layer, name: 'y' });
    const sum = binary(b, 'ADD', [x, y], { name: 'sum' });
    const outputs = [conv2d(b, sum, { ...layer, name: 'z' })];
    if (alsoConvolved) outputs.push(conv2d(b, y, { ...layer, name: 'w' }));
    const estimator = createEstimator();
    const program = estimator.compile(importNetwork(b.model(outputs), 'joined'), system.accelerator);
    const { scheduled } = estimator.evaluate(program, system, { optimise: 'Performance' });
    return program.tensors.flatMap(({ name }, id) =>
      scheduled.placement.areas[id] === AREA.staging ? [name] : [],
    );
  }

  test('goes there too, if only elementwise operations read it (docs/model/scheduling.md#staging-memory, step 5)', () => {
    expect(areasOf(false)).toEqual(['sum']);
  });

  test('stays close, if another operation reads it', () => {
    expect(areasOf(true).sort()).toEqual(['sum', 'y']);
  });
});
