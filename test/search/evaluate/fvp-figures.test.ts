import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../search/evaluate/evaluator.js';
import { createApplier } from '../../../search/emit/apply.js';
import { wholeEvaluators } from '../../../search/evaluate/whole-evaluator.js';
import { allDesigns, rowOf, type Space } from '../../../search/space/space.js';
import { createEstimator } from '../../../src/estimate/estimate.js';
import type { Calibration } from '../../../src/fvp/calibrate/calibration.js';
import { fvpEstimate } from '../../../src/fvp/fvp.js';
import { memoryRecord } from '../../../src/fvp/calibrate/calibration.js';
import { PROFILES } from '../../../src/fvp/profiles.js';
import type { FvpOptions } from '../../../src/fvp/totals.js';
import { randomSpace } from '../explore/random-space.js';

const MODEL = 'a'.repeat(64);

/** Factors on every profile, and one of its own for the network on Ethos-U85. */
const CALIBRATION: Calibration = {
  schema: 'paretou/calibration@1',
  tool_version: '0',
  date: '',
  memories: Object.values(PROFILES).map((timing) => memoryRecord(timing)),
  factors: { latency: 1.7, cyclesPerBrick: 1.1, layerLatencies: 0.9 },
  networks: [{ network: 'network', sha256: MODEL, family: 'u85', factor: 1.234567 }],
  logs: [],
  bar: 0.2,
};

const isU55 = ({ system }: Space['systems'][number]): boolean => system.accelerator.startsWith('ethos-u55');

const hasU55 = ({ systems }: Space): boolean => systems.some(isU55);

/** What the report of a design's network has; NaN where it has no figures. */
const reported = (space: Space): ((digits: Uint16Array) => readonly number[]) => {
  const applier = createApplier(space);
  const estimator = createEstimator();
  return (digits) => {
    const { system } = space.systems[digits.at(-1)!]!;
    const program = estimator.compile(applier.network(digits), system.accelerator);
    const fvp = fvpEstimate(estimator.evaluate(program, system, { optimise: space.optimise }), space.fvp);
    return 'refused' in fvp ? [NaN, NaN, NaN] : [fvp.cycles, fvp.low, fvp.high];
  };
};

describe('FVP-like figures of designs', () => {
  it.each<readonly [string, FvpOptions | undefined, seed: number]>([
    ['as they are', undefined, 5],
    ['with a profile', { profile: 'u85-mid' }, 11],
    ['with a calibration', { calibration: CALIBRATION, model: MODEL }, 12],
  ])('are those of the report, learnt and known: %s', (_, fvp, seed) => {
    const space: Space = { ...randomSpace(seed, 200), ...(fvp && { fvp }) };
    const designs = allDesigns(space);
    const expected = reported(space);
    const evaluators = [createEvaluator(space), wholeEvaluators()(space, 'known')];
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < designs.count; i += 3) {
        const digits = rowOf(designs, i).slice();
        for (const { evaluate } of evaluators) {
          const { cycles_fvp, cycles_fvp_low, cycles_fvp_high } = evaluate(digits);
          expect([cycles_fvp, cycles_fvp_low, cycles_fvp_high]).toEqual(expected(digits));
        }
      }
    }
  });

  it('are not known where the report refuses them, and nothing else suffers', () => {
    const plain = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => randomSpace(seed, 200)).find(hasU55)!;
    const u55 = plain.systems.findIndex(isU55);
    const space: Space = { ...plain, fvp: { profile: 'u65' } };
    const digits = rowOf(allDesigns(space), u55).slice();
    const [bare, known] = [space, plain].map((each) => createEvaluator(each).evaluate(digits));
    expect(bare!.cycles_fvp).toBeNaN();
    expect(known!.cycles_fvp).toBeGreaterThan(0);
    expect(bare!.cycles_total).toBe(known!.cycles_total);
  });
});
