import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emitDesign } from '../../../search/emit/design-file.js';
import { nameDesign } from '../../../search/emit/named-design.js';
import { findSites, targetAt } from '../../../search/space/sites.js';
import { findSubstitution } from '../../../search/substitute/index.js';
import { createApplier } from '../../../search/emit/apply.js';
import type { RetainedWeights } from '../../../search/substitute/substitution.js';
import { findWidthGroups } from '../../../search/space/width-groups.js';
import type { LoadedNetwork } from '../../../src/graph/import.js';
import { litert } from '../../runtime/litert.js';
import { largestDifference, runOnce, type Runtime } from '../../runtime/runtime.js';
import { tfliteHelper } from '../../runtime/tflite-helper.js';
import { sharedDir } from '../../shared.js';
import { smallModel } from '../../tflite/fixture.js';
import { branchedModel, dynamicModel, loaded, separableModel } from './models.js';

const INT8 = 9;

const runtimes: readonly (readonly [string, Runtime])[] = [
  ['tflite-helper', tfliteHelper],
  ['LiteRT', litert],
];

interface Emitted {
  readonly bytes: Uint8Array;
  readonly retained: RetainedWeights;
}

const emit = (
  { model, network }: LoadedNetwork,
  substitutions: ReadonlyMap<number, string>,
  widths: ReadonlyMap<number, number> = new Map(),
): Emitted => {
  const { space, digits } = nameDesign(
    network,
    { substitutions, widths },
    { substitutions: 'substitutions', widths: 'widths' },
    { systems: [], optimise: 'Performance' },
  );
  const applier = createApplier(space);
  return {
    bytes: emitDesign(model, space, digits, applier.network(digits)),
    retained: applier.retained(digits),
  };
};

/** The network with one option at all sites that can take it. */
const throughout = ({ model, network }: LoadedNetwork, option: string): Emitted => {
  const { illegal } = findSubstitution(option)!;
  const sites = findSites(network).filter((site) => illegal(targetAt(network, site)) === undefined);
  expect(sites.length).toBeGreaterThan(0);
  return emit({ model, network }, new Map(sites.map(({ operator }) => [operator, option])));
};

/** The network with more channels in every group that can vary. */
const widened = (source: LoadedNetwork): Emitted => {
  const groups = findWidthGroups(source.network).filter(({ frozen }) => frozen === undefined);
  const widths = groups.map(({ operator, channels }) => [operator, Math.ceil(1.3 * channels) + 1] as const);
  expect(widths.length).toBeGreaterThan(0);
  return emit(source, new Map(), new Map(widths));
};

const built = {
  small: () => loaded(smallModel(), 'small'),
  branched: () => loaded(branchedModel(), 'branched'),
  dynamic: () => loaded(dynamicModel(), 'dynamic'),
};

const sharedModel = (name: string): LoadedNetwork =>
  loaded(readFileSync(join(sharedDir!, 'models', `${name}.tflite`)), name);

const expectSameOutputs = async (a: Uint8Array, b: Uint8Array): Promise<void> => {
  for (const [, runtime] of runtimes) {
    expect(await runOnce(runtime, b)).toEqual(await runOnce(runtime, a));
  }
};

/** Largest difference of outputs, in steps of their quantisation. */
const difference = async (runtime: Runtime, a: Uint8Array, b: Uint8Array): Promise<number> =>
  largestDifference(await runOnce(runtime, a), await runOnce(runtime, b), INT8);

describe('widening changes no output, bit for bit', () => {
  test.each(Object.entries(built))('%s', async (_, make) => {
    const source = make();
    const { bytes, retained } = widened(source);
    expect(retained).toEqual({ before: 1, after: 1 });
    expect(bytes.length).toBeGreaterThan(source.model.source.length);
    await expectSameOutputs(source.model.source, bytes);
  });

  test
    .skipIf(sharedDir === undefined)
    .each(['resnet8_int8', 'kws_ref_int8', 'ad01_int8', 'mobilenet_v1_0.25_128_quant'])(
    '%s',
    async (name) => {
      const source = sharedModel(name);
      await expectSameOutputs(source.model.source, widened(source).bytes);
    },
  );
});

describe('a shifted ReLU is the same function', () => {
  test.each(Object.entries(built))('%s: outputs within 3 steps', async (_, make) => {
    const source = make();
    const [plain, shifted] = ['separable', 'separable:shifted-relu'].map((o) => throughout(source, o));
    expect(shifted!.retained.before).toBe(plain!.retained.before);
    expect(await difference(tfliteHelper, plain!.bytes, shifted!.bytes)).toBeLessThanOrEqual(3);
  });
});

describe.each(runtimes)('weights that are exactly separable come back as they were, in %s', (_, runtime) => {
  test.each([
    [1, 'separable', 1],
    [1, 'separable:shifted-relu', 1],
    [2, 'separable*2', 1],
    [2, 'separable*2:shifted-relu', 1],
    [3, 'separable*3', 1],
  ])('%i terms, %s: outputs within %i step', async (terms, option, steps) => {
    const source = loaded(separableModel(terms), 'layer');
    const { bytes, retained } = throughout(source, option);
    expect(retained.before).toBeGreaterThan(1 - 1e-6);
    expect(retained.before).toBeLessThanOrEqual(1);
    expect(retained.after).toBeGreaterThan(0.999);
    expect(await difference(runtime, source.model.source, bytes)).toBeLessThanOrEqual(steps);
  });

  test('with a term less they do not', async () => {
    const source = loaded(separableModel(2), 'layer');
    const { bytes, retained } = throughout(source, 'separable');
    expect(retained.before).toBeLessThan(0.9);
    expect(await difference(runtime, source.model.source, bytes)).toBeGreaterThan(20);
  });
});
