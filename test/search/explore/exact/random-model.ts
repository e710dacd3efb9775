import fc from 'fast-check';
import type { Combination } from '../../../../search/evaluate/forms.js';
import { stateCount, type AdditiveModel } from '../../../../search/explore/exact/additive-model.js';

/** Random additive models: terms over neighbouring digits with whole or real costs. */
export const additiveModels = (combinations: readonly Combination[]): fc.Arbitrary<AdditiveModel> =>
  fc
    .record({
      radices: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 7 }),
      spread: fc.integer({ min: 1, max: 40 }),
      real: fc.boolean(),
    })
    .chain(({ radices, spread, real }) => {
      const k = combinations.length;
      const term = fc
        .uniqueArray(fc.integer({ min: 0, max: radices.length - 1 }), { minLength: 0, maxLength: 3 })
        .chain((chosen) => {
          const positions = [...chosen].sort((a, b) => a - b);
          const size = stateCount(positions, radices) * k;
          const cost = real
            ? fc.double({ min: 0, max: spread, noNaN: true })
            : fc.integer({ min: 0, max: spread });
          return fc
            .array(cost, { minLength: size, maxLength: size })
            .map((costs) => ({ positions, costs: Float64Array.from(costs) }));
        });
      return fc.array(term, { minLength: 1, maxLength: 8 }).map((terms) => ({
        radices,
        combine: combinations,
        terms,
        limits: combinations.map(() => Infinity),
      }));
    });
