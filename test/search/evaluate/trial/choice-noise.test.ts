import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { changesOfSpace, digitsOfChange } from '../../../../search/emit/fit/changes.js';
import { createFitting } from '../../../../search/emit/fit/fitting.js';
import type { Space } from '../../../../search/space/space.js';
import type { RunLog } from '../../../../search/evaluate/log/run-log.js';
import { measureChoices } from '../../../../search/evaluate/trial/choice-noise.js';
import type { TrialSetup } from '../../../../search/evaluate/trial/trial.js';
import { openTrials, type TrialOptions } from '../../../../search/evaluate/trial/trials.js';
import { measureAgainst } from '../../../../src/samples/measure.js';
import { selectSamples } from '../../../../src/samples/samples.js';
import { spaceOf } from '../../emit/emitted.js';
import { branchedModel, loaded } from '../../emit/models.js';
import { trialSetup } from '../../emit/trial-setup.js';

const branched = loaded(branchedModel(), 'branched');
const space = spaceOf(branched.network, {
  options: ['standard', 'separable*2', 'lowrank*2'],
  widths: [1, 0.75, 0.5],
});
const setup = trialSetup(space);

const measured = async (
  own: TrialSetup,
  options: Partial<TrialOptions> = {},
  onProgress?: () => void,
): Promise<Awaited<ReturnType<typeof measureChoices>>> => {
  const trials = openTrials(own, { jobs: 1, ...options });
  try {
    return await measureChoices(trials, onProgress ? { onProgress } : {});
  } finally {
    await trials.close();
  }
};

describe('the noise of choices', () => {
  it('is that of fitted networks, one change at a time', async () => {
    const found = await measured(setup);
    expect(found.measured).toBe(found.count);
    const { noise, sites, groups } = found.space;
    expect(noise!.sites.map((values) => values.length)).toEqual(sites.map(({ options }) => options.length));
    expect(noise!.groups.map((values) => values.length)).toEqual(groups.map(({ widths }) => widths.length));
    for (const [first] of [...noise!.sites, ...noise!.groups]) expect(first).toBe(0);
    const fitting = createFitting(space, setup.fit);
    const lists = changesOfSpace(space);
    for (const change of [...lists[0]!, ...lists.at(-1)!]) {
      const network = fitting.network(digitsOfChange(space, change));
      const { outputNoise } = measureAgainst(network, branched.network, setup.score, () => undefined);
      const own = [...noise!.sites, ...noise!.groups][change.position]![change.digit];
      expect(own).toBeCloseTo(outputNoise!, 9);
    }
  });

  it('is refused where all outputs are the same', async () => {
    const one = selectSamples(setup.fit, new Array<number>(10).fill(0));
    await expect(measured({ ...setup, score: one })).rejects.toThrow(
      /^synthetic: branched gives the same outputs for all of these samples$/,
    );
  });

  it('leaves out of the space what an abort kept from being measured', async () => {
    const controller = new AbortController();
    const found = await measured(setup, { signal: controller.signal }, () => controller.abort());
    expect(found.measured).toBeGreaterThan(0);
    expect(found.measured).toBeLessThan(found.count);
    const choices = [...found.space.sites.map((s) => s.options), ...found.space.groups.map((g) => g.widths)];
    const left = choices.reduce((sum, { length }) => sum + length - 1, 0);
    expect(left).toBe(found.measured);
  });

  // Workers run built code; `npm test` builds it first.
  const worker = new URL('../../../../dist/search/evaluate/trial/trial-worker.js', import.meta.url);
  it.skipIf(!existsSync(fileURLToPath(worker)))('does not depend on the number of workers', async () => {
    const few: Space = { ...space, sites: space.sites.slice(0, 1), groups: space.groups.slice(0, 1) };
    const small = { ...setup, space: few };
    const [one, two] = [await measured(small), await measured(small, { jobs: 2, worker })];
    expect(two.space.noise).toEqual(one.space.noise);
  });

  it('asks nothing that a log has the answer to', async () => {
    const values = new Map<string, unknown[]>();
    let added = 0;
    const log: RunLog = {
      all: (key) => values.get(key) ?? [],
      add: (key, value) => {
        added++;
        values.set(key, [structuredClone(value)]);
      },
    };
    const small = spaceOf(branched.network, { options: ['standard', 'lowrank*2'], widths: [1, 0.5] });
    const own = { ...setup, space: small };
    const first = await measured(own, { log });
    expect(first).toEqual(await measured(own));
    const before = added;
    expect(before).toBe(changesOfSpace(small).length);
    expect(await measured(own, { log })).toEqual(first);
    expect(added).toBe(before);
    // Samples that differ are other questions.
    await measured({ ...own, score: setup.fit }, { log });
    expect(added).toBe(2 * before);
  });
});
