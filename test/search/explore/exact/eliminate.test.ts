import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Combination } from '../../../../search/evaluate/forms.js';
import { additiveCosts, type AdditiveModel } from '../../../../search/explore/exact/additive-model.js';
import { solve } from '../../../../search/explore/exact/eliminate.js';
import { additiveModels } from './random-model.js';

const everyDesign = function* ({ radices }: AdditiveModel): Generator<number[]> {
  const digits = radices.map(() => 0);
  for (;;) {
    yield digits.slice();
    let i = radices.length - 1;
    while (i >= 0 && ++digits[i]! === radices[i]) digits[i--] = 0;
    if (i < 0) return;
  }
};

const dominates = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  Array.from(a).every((x, j) => x <= b[j]!) && Array.from(a).some((x, j) => x < b[j]!);

const close = (costs: ArrayLike<number>): string => Array.from(costs, (c) => c.toPrecision(9)).join(' ');

/** Costs on the front, by looking at every design. */
const bruteFront = (model: AdditiveModel): string[] => {
  const all = [...everyDesign(model)]
    .map((digits) => additiveCosts(model, digits))
    .filter((costs) => costs.every((c, j) => c <= model.limits[j]!));
  const rounded = all.map((costs) => Array.from(costs, (c) => Number(c.toPrecision(9))));
  const front = rounded.filter((costs) => !rounded.some((other) => dominates(other, costs)));
  return [...new Set(front.map(close))].sort();
};

const solvedFront = (model: AdditiveModel, solution: ReturnType<typeof solve>): string[] => {
  const k = model.combine.length;
  const rows = Array.from({ length: solution.count }, (_, i) =>
    Array.from(solution.costs.subarray(i * k, (i + 1) * k), (c) => Number(c.toPrecision(9))),
  );
  return [...new Set(rows.filter((r) => !rows.some((o) => dominates(o, r))).map(close))].sort();
};

const EXACT = { labels: Infinity, front: Infinity, exact: 0 };

const KINDS: readonly (readonly Combination[])[] = [
  ['sum'],
  ['sum', 'sum'],
  ['sum', 'largest'],
  ['sum', 'sum', 'sum'],
  ['largest', 'sum', 'sum'],
  ['sum', 'sum', 'largest', 'sum'],
];

describe('variable elimination', () => {
  for (const combine of KINDS) {
    it(`finds the front that looking at every design finds (${combine.join(', ')})`, () => {
      fc.assert(
        fc.property(additiveModels(combine), (model) => {
          const solution = solve(model, EXACT);
          expect(solvedFront(model, solution)).toEqual(bruteFront(model));
          expect(solution.epsilon).toBe(0);
          const width = model.radices.length;
          for (let i = 0; i < solution.count; i++) {
            const digits = solution.digits.subarray(i * width, (i + 1) * width);
            const k = combine.length;
            expect(close(additiveCosts(model, digits))).toBe(
              close(solution.costs.subarray(i * k, (i + 1) * k)),
            );
          }
        }),
        { seed: 11, numRuns: 150 },
      );
    });
  }

  it('leaves out exactly what misses a limit', () => {
    fc.assert(
      fc.property(
        additiveModels(['sum', 'sum', 'largest']),
        fc.integer({ min: 1, max: 60 }),
        (free, limit) => {
          const model = { ...free, limits: [limit, Infinity, limit] };
          expect(solvedFront(model, solve(model, EXACT))).toEqual(bruteFront(model));
        },
      ),
      { seed: 12, numRuns: 150 },
    );
  });

  it('matches every design within the stated epsilon when labels are thinned', () => {
    let thinned = 0;
    const thresholds = fc
      .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 2 })
      .map((values) => values.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        additiveModels(['sum', 'largest', 'sum']),
        fc.integer({ min: 1, max: 4 }),
        thresholds,
        (model, labels, bands) => {
          const solution = solve(model, { labels, front: labels, exact: 2, bands });
          if (solution.epsilon > 0) thinned++;
          for (const digits of everyDesign(model)) {
            const costs = additiveCosts(model, digits);
            const band = bands.findIndex((bound) => costs[2]! < bound);
            const epsilon = solution.epsilons.at(band)!;
            const bounds = [1 + epsilon, 1 + epsilon, 1].map((f) => f * (1 + 1e-9));
            const matched = Array.from({ length: solution.count }, (_, i) => i).some((i) =>
              costs.every((c, j) => solution.costs[i * 3 + j]! <= c * bounds[j]! + 1e-9),
            );
            expect(matched).toBe(true);
          }
        },
      ),
      { seed: 13, numRuns: 150 },
    );
    expect(thinned).toBeGreaterThan(20);
  });

  it('keeps every design within the margins of the front', () => {
    fc.assert(
      fc.property(additiveModels(['sum', 'sum', 'sum']), fc.integer({ min: 0, max: 9 }), (model, m) => {
        const margins = [m, 1, 0];
        const solution = solve(model, { ...EXACT, margins });
        expect(solution.complete).toBe(true);
        const width = model.radices.length;
        const found = new Set(
          Array.from({ length: solution.count }, (_, i) =>
            close(additiveCosts(model, solution.digits.subarray(i * width, (i + 1) * width))),
          ),
        );
        const all = [...everyDesign(model)].map((digits) => additiveCosts(model, digits));
        for (const costs of all) {
          const beaten = all.some((o) => costs.every((c, j) => o[j]! <= c - margins[j]! + 1e-9));
          if (!beaten) expect(found.has(close(costs))).toBe(true);
        }
      }),
      { seed: 14, numRuns: 100 },
    );
  });
});
