import { describe, expect, it } from 'vitest';
import { loadFigures } from '../../../search/evaluate/figures.js';
import { evaluateDesigns } from '../../../search/evaluate/session.js';
import { applierOf } from '../../../search/emit/apply.js';
import { evaluatedOf, type Wish } from '../../../search/pick/candidates.js';
import { walkFront, type Walk } from '../../../search/pick/walk.js';
import { baselinesOf } from '../../../search/rank/baselines.js';
import { constraintsOf } from '../../../search/rank/constraints.js';
import { tabulate, type Study } from '../../../search/rank/table.js';
import { allDesigns, rowOf, type Space } from '../../../search/space/space.js';
import type { Answer, Question } from '../../../search/evaluate/trial/trial.js';
import type { Trials } from '../../../search/evaluate/trial/trials.js';
import { spaceOf } from '../emit/emitted.js';
import { loaded } from '../emit/models.js';
import { smallModel } from './models.js';

const plain = spaceOf(loaded(smallModel(), 'small').network, {
  options: ['standard', 'separable'],
  widths: [1, 0.75, 0.5],
});
/** As if every choice had been measured: the more it changes, the noisier. */
const space: Space = {
  ...plain,
  noise: {
    sites: plain.sites.map(({ options }, i) => options.map((_, j) => 0.05 * j * (i + 1))),
    groups: plain.groups.map(({ widths }, i) => widths.map((_, j) => 0.03 * j * (i + 2))),
  },
};
const wish: Wish = { preference: 'cycles', objectives: [], constraints: [], minGain: 0 };

const designs = allDesigns(space);
const results = await evaluateDesigns(space, designs, { jobs: 1 });
const study: Study = {
  ...{ model: 'small', space, designs, results },
  baselines: await baselinesOf(space, designs, results, {}),
};
const evaluated = evaluatedOf([study], tabulate([study]));
const rows = Array.from({ length: designs.count }, (_, i) => i);
const figuresAt = new Map(rows.map((i) => [rowOf(designs, i).join(), loadFigures(results.figures, i)]));

/** Trials whose designs agree the less, the noisier they are: at noise 0.25 on nine samples of ten. */
const trialsOf = (asked: Question[], wrong: (noise: number) => number = () => 0): Trials => ({
  setup: undefined as never,
  ask: (questions) => {
    asked.push(...questions);
    return Promise.resolve(
      questions.map(({ digits }): Answer => {
        const { noise } = applierOf(space).weights(digits);
        const agreement = { value: 1 - 0.4 * noise - wrong(noise), standardError: 0.01 };
        return { quality: { outputNoise: noise, agreement, figures: figuresAt.get(digits.join())! } };
      }),
    );
  },
  close: () => Promise.resolve(),
});

const walk = async (least: number | undefined, asked: Question[], most = 10): Promise<Walk> =>
  walkFront(
    evaluated,
    rows,
    wish,
    constraintsOf({ minAgreement: least }),
    { trials: trialsOf(asked), most },
    {},
  );

describe('a walk along the front', () => {
  it('finds the fastest design that holds, and measures few', async () => {
    for (const least of [0.99, 0.95, 0.9, 0.8]) {
      const asked: Question[] = [];
      const { candidate, length } = await walk(least, asked);
      const holding = rows
        .map((i) => ({
          cycles: evaluated.table.columns.cycles_total[i]!,
          noise: applierOf(space).weights(rowOf(designs, i)).noise,
        }))
        .filter(({ noise }) => 1 - 0.4 * noise >= least);
      expect(candidate!.numbers.cycles_total).toBe(Math.min(...holding.map(({ cycles }) => cycles)));
      expect(candidate!.numbers.agreement).toBeGreaterThanOrEqual(least);
      expect(asked.length).toBeLessThanOrEqual(14);
      expect(asked.length).toBeLessThan(length);
    }
  });

  it('takes the most wanted design where nothing measured is asked for', async () => {
    const asked: Question[] = [];
    const { candidate, before } = await walk(undefined, asked);
    expect([asked.length, before]).toEqual([1, 0]);
    expect(candidate!.numbers.cycles_total).toBe(Math.min(...evaluated.table.columns.cycles_total));
  });

  it('finds nothing where nothing holds, and says how far it went', async () => {
    const { candidate, before, length } = await walk(1.1, []);
    expect(candidate).toBeUndefined();
    expect(before).toBe(length);
  });

  it('does not go on for ever', async () => {
    const asked: Question[] = [];
    await walk(0.95, asked, 2);
    expect(asked.length).toBeLessThanOrEqual(2 + 4);
  });
});
