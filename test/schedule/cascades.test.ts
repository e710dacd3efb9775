import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { buildCascades } from '../../src/schedule/cascades.js';
import { treatmentOrder } from '../../src/schedule/improve.js';
import { AREA } from '../../src/schedule/machine.js';
import { NetworkDraft } from '../lowering/networks.js';
import { plainCascades } from './plain-cascades.js';
import { plainTimeLine, plainUse } from './plain-ranges.js';
import { anyWorkshops, cascadeInputs } from './random-schedules.js';

test('cascades are those of the procedure by the letter', () => {
  let [count, reused] = [0, 0];
  fc.assert(
    fc.property(anyWorkshops('tall', 8), fc.integer({ min: 1, max: 60_000 }), (list, guide) => {
      for (const w of list) {
        const inputs = cascadeInputs(w, guide);
        const { entries, cascades } = buildCascades(inputs);
        const timeLine = plainTimeLine(w.program, w.whole, w.placement, AREA.staging, true);
        const plain = plainCascades(inputs, timeLine, plainUse(timeLine));
        expect(cascades).toEqual(plain.cascades);
        const places = entries.map(({ place }) => place && { ...place, rolling: place.rolling?.bytes });
        expect(places).toEqual(plain.places);
        entries.forEach(({ place, plan }, i) => {
          if (plan === undefined) return;
          const striped = place !== undefined;
          expect(plan.stripeH).toBe(striped ? inputs.striped[i]!.stripeH : plan.op.ofm.shape[1]);
        });
        count += cascades.length;
        reused += places.filter((place) => place?.reusesInput).length;
      }
    }),
    { seed: 73, numRuns: 80 },
  );
  expect(count).toBeGreaterThan(100);
  expect(reused).toBeGreaterThan(5);
});

test('a plain graph output may take the place of bricks of the same size: no cascade (docs/model/scheduling.md#cascades)', () => {
  const n = new NetworkDraft();
  const shape = [1, 55, 47, 128];
  const conv = n.conv(n.input([1, 55, 94, 16]), shape, [7, 1], { stride_w: 2 });
  const other = n.constant(shape, 'int8', { bytes: new Uint8Array(55 * 47 * 128) });
  const network = n.network([n.operator('MAXIMUM', [other, conv], [n.tensor(shape)])]);
  const system = resolveSystem({ accelerator: 'ethos-u65-512' });
  const found = createEstimator().estimate(network, system, { optimise: 'Performance' });
  expect(found.layers.map(({ detail }) => [detail!.ofmFormat, detail!.cascade])).toEqual([
    ['NHCWB16', 0],
    ['NHWC', 0],
  ]);
  expect(found.passesAfterFusing).toBe(2);
});

describe('order in which cascades are improved (docs/model/scheduling.md#improving-cascades)', () => {
  test('buckets of a table of 13', () => {
    expect(treatmentOrder([5, 8, 11, 14, 18])).toEqual([14, 11, 8, 18, 5]);
    expect(treatmentOrder([3, 7])).toEqual([7, 3]);
    expect(treatmentOrder([1, 14, 27])).toEqual([27, 14, 1]);
    expect(treatmentOrder([])).toEqual([]);
  });

  test('the table grows before the 14th key', () => {
    const keys = Array.from({ length: 13 }, (_, i) => 2 * i + 1);
    // Keys above 13 share the buckets of keys 13 less: 15 goes before 2, which is none, so only equal remainders meet.
    expect(treatmentOrder(keys)).toEqual(keys.toReversed());
    const bucketed = [0, 13, ...Array.from({ length: 11 }, (_, i) => 14 + i)];
    expect(treatmentOrder(bucketed).indexOf(13)).toBe(treatmentOrder(bucketed).indexOf(0) - 1);
    // With 29 buckets 0 and 13 are apart, and re-inserting turns the list around.
    const grown = treatmentOrder([...bucketed, 40]);
    expect(grown[0]).toBe(40);
    expect(grown).toHaveLength(14);
  });
});
