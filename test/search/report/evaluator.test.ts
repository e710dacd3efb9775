import { expect, test } from 'vitest';
import type { CreateEvaluator } from '../../../search/evaluate/batch.js';
import { FIGURES, type DesignFigures } from '../../../search/evaluate/figures.js';
import { loadCreateEvaluator } from '../../../search/evaluate/load-evaluator.js';
import { wholeEvaluators } from '../../../search/evaluate/whole-evaluator.js';
import type { Wish } from '../../../search/pick/candidates.js';
import { pick, type Picked } from '../../../search/pick/pick.js';
import { objectivesFor } from '../../../search/pick/preference.js';
import { accountOf } from '../../../search/report/account/account.js';
import { describeDesign } from '../../../search/report/describe-design.js';
import { pickRecord } from '../../../search/report/pick-json.js';
import { pickText } from '../../../search/report/pick-text.js';
import { buildSpace, chooseSystems } from '../../../search/space/build-space.js';
import type { Digits } from '../../../search/space/space.js';
import { importNetwork } from '../../../src/graph/import.js';
import { readModel } from '../../../src/tflite/model.js';
import { smallModel } from '../pick/models.js';

const space = buildSpace(importNetwork(readModel(smallModel(), 'small'), 'small'), {
  systems: chooseSystems(['ethos-u55-128', 'ethos-u65-256'], {}),
  optimise: 'Performance',
});

/** What nobody would take for the estimator's. */
const odd = (digits: Digits): DesignFigures => {
  const changes = Array.from(digits).slice(0, -1);
  const cycles = 1_000_003 - changes.reduce((sum, digit) => sum + 50_021 * digit, 0);
  const figures = Object.fromEntries(FIGURES.map((name, i) => [name, 77 + i]));
  return { ...figures, cycles_total: cycles, predicted: 0 } as DesignFigures;
};

/** The module of an evaluator that knows no layers, and for which every change saves or takes that many cycles. */
const moduleOf = (saving: number): string =>
  `data:text/javascript,${encodeURIComponent(`
  export const createEvaluator = () => ({
    evaluate: (digits) => {
      const changes = Array.from(digits).slice(0, -1);
      const cycles = 1000003 - changes.reduce((sum, digit) => sum + ${saving} * digit, 0);
      const figures = Object.fromEntries(${JSON.stringify(FIGURES)}.map((name, i) => [name, 77 + i]));
      return { ...figures, cycles_total: cycles, predicted: 0 };
    },
  });
`)}`;
const url = moduleOf(50_021);

const wish: Wish = {
  preference: 'cycles',
  objectives: objectivesFor('cycles', true),
  constraints: [],
  minGain: 0.01,
};
const pickBy = (evaluator?: string): Promise<Picked> =>
  pick({
    model: { name: 'small', space },
    wish,
    method: 'exhaustive',
    limit: 1000,
    seed: 1,
    workers: { jobs: 1, ...(evaluator !== undefined && { evaluator }) },
  });

const source = { version: '', path: '', sha256: '', seed: 1, notes: [] };

test('describes a design with the figures of an evaluator from outside', () => {
  const { systems } = describeDesign(space, [0, 1, 1, 0, 0], () => ({ evaluate: odd }));
  expect(systems.map(({ before, after }) => [before.cycles_total, after.cycles_total])).toEqual([
    [1_000_003, 899_961],
    [1_000_003, 899_961],
  ]);
  expect(systems.map(({ after }) => after.cycles_vs_baseline)).toEqual([
    899_961 / 1_000_003,
    899_961 / 1_000_003,
  ]);
});

test('picks by an evaluator without layers, and the account says that it knows none', async () => {
  const picked = await pickBy(url);
  expect(picked.refined!.candidate.numbers.cycles_total).toBe(1_000_003 - 4 * 50_021);
  const createEvaluator = await loadCreateEvaluator(url);
  const account = await accountOf(space, wish, picked.refined!, { createEvaluator });
  expect([account.before.cycles_total, account.after.cycles_total]).toEqual([1_000_003, 799_919]);
  expect(account.layersKnown).toBe(false);
  expect(account.changed.map(({ sentence }) => sentence)[0]).toMatch(
    /^operator 0 \(CONV_2D\) becomes separable: retained 0\.\d+ \(\S+\); undone alone, the network would take 50,021 cycles more$/,
  );
  expect(account.others).toEqual([]);
  const text = pickText(picked, wish, account).replaceAll(/\s+/g, ' ');
  expect(text).toContain(
    'note: the evaluator knows no layers, so the reasons give no figures of single operators',
  );
  const figures = [...text.matchAll(/[\d,]+(?= cycles)/g)].map(([figure]) => figure);
  expect(new Set(figures)).toEqual(new Set(['50,021']));
  const { layers } = pickRecord(source, wish, picked, account) as { layers: object[] };
  expect(layers.length).toBe(4);
  for (const layer of layers) expect(layer).not.toHaveProperty('cycles');
});

test('tells what stays without layers', async () => {
  const picked = await pickBy(moduleOf(-50_021));
  const createEvaluator = await loadCreateEvaluator(moduleOf(-50_021));
  const { stays } = await accountOf(space, wish, picked.unchanged!, { createEvaluator });
  expect(stays!.map(({ sentence }) => sentence)).toEqual(
    [0, 1, 2, 4].map((operator) => `operator ${operator} stays: separable would take 50,021 cycles more`),
  );
});

test('explains layers by an evaluator from outside that knows them', async () => {
  const picked = await pickBy();
  const estimator = wholeEvaluators();
  const doubling: CreateEvaluator = (...of) => {
    const { detailed } = estimator(...of);
    const twice = ({ cycles_total, ...figures }: DesignFigures): DesignFigures => ({
      ...figures,
      cycles_total: 2 * cycles_total,
    });
    return {
      evaluate: (digits) => twice(detailed!(digits).figures),
      detailed: (digits) => ({ ...detailed!(digits), figures: twice(detailed!(digits).figures) }),
    };
  };
  const [own, foreign] = await Promise.all(
    [{}, { createEvaluator: doubling }].map((options) => accountOf(space, wish, picked.refined!, options)),
  );
  expect(foreign!.after.cycles_total).toBe(2 * own!.after.cycles_total);
  expect(foreign!.layersKnown).toBe(true);
  const [told, expected] = [foreign!, own!].map(({ changed }) => changed.map(({ sentence }) => sentence));
  expect(told).toEqual(expected);
});
