import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WeightArray } from '../../src/weights/weight-array.js';
import { createEncoders, type Encoders } from '../../src/weights/encoder.js';
import type { Encoding, StreamLayout, Traversal, U85StreamLayout } from '../../src/weights/encoding.js';
import { sharedDir } from '../shared.js';
import { modelLayers } from './model-layers.js';
import { U85_CORES } from './u85-layouts.js';

interface GoldenLayer {
  readonly Name: string;
  readonly 'NNG Operator': string;
  readonly detail: {
    readonly ifm: { readonly type: string };
    readonly kernel: {
      readonly stride_hw: readonly [number, number];
      readonly dilation_hw: readonly [number, number];
    };
    readonly config: {
      readonly ofm_block: readonly number[];
      readonly ifm_block: readonly number[];
      readonly traversal: string;
      /** Ethos-U85. */
      readonly ublock?: readonly number[];
    };
    readonly depth_slices: readonly number[];
    readonly weights?: {
      readonly source_bytes: number;
      readonly weight_bytes: number;
      readonly scale_bytes: number;
      readonly allocated_bytes: number;
      readonly max_range_bytes: number;
      readonly range_bytes: readonly number[];
      readonly streams: number;
      readonly distinct: number;
      readonly zeros: number;
      /** `Default` or `Fast`, with `|Sparse2_4`. */
      readonly format: string;
    };
  };
}

interface Golden {
  readonly accelerator: string;
  readonly layers: readonly GoldenLayer[];
}

const TRAVERSALS: Readonly<Record<string, Traversal>> = {
  DepthFirst: 'depth-first',
  PartKernel: 'part-kernel',
  Depthwise: 'depthwise',
};

/** What the layouts of both families have in common. */
const commonLayout = ({ detail: { config, ifm, kernel } }: GoldenLayer) => ({
  traversal: TRAVERSALS[config.traversal]!,
  blockDepth: config.ofm_block[2]!,
  ifmBits: ifm.type.endsWith('16') ? 16 : 8,
  dilationH: kernel.dilation_hw[0],
  dilationW: kernel.dilation_hw[1],
});

const u55Layout = (accelerator: string, layer: GoldenLayer): StreamLayout => ({
  ...commonLayout(layer),
  ofmUblockDepth: accelerator === 'ethos-u55-32' ? 4 : 8,
  ifmUblockDepth: 8,
  cores: accelerator === 'ethos-u65-512' ? 2 : 1,
});

const u85Layout = (accelerator: string, layer: GoldenLayer): U85StreamLayout => {
  const { config, kernel, weights } = layer.detail;
  const macs = Number(accelerator.split('-').at(-1));
  return {
    ...commonLayout(layer),
    ifmBlockDepth: config.ifm_block[2]!,
    ofmUblockDepth: config.ublock![2]!,
    macs,
    cores: U85_CORES.find(([of]) => of === macs)![1],
    strideH: kernel.stride_hw[0],
    strideW: kernel.stride_hw[1],
    sparse: weights!.format.includes('Sparse2_4'),
    fast: weights!.format.includes('Fast'),
  };
};

interface Case {
  readonly file: string;
  readonly accelerator: string;
  readonly layer: GoldenLayer;
  readonly expected: NonNullable<GoldenLayer['detail']['weights']>;
}

const casesOf = (directory: string, file: string): Case[] => {
  const { accelerator, layers } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Golden;
  return layers.flatMap((layer) => {
    const expected = layer.detail.weights;
    return expected === undefined ? [] : [{ file, accelerator, layer, expected }];
  });
};

const figures = (name: string, encoding: Encoding | undefined): Record<string, unknown> => ({
  name,
  source: encoding?.sourceSize,
  weights: encoding?.weightBytes,
  scales: encoding?.scaleBytes,
  allocated: encoding?.allocatedBytes,
  ranges: encoding?.rangeBytes.slice(0, 64),
  largest: encoding === undefined ? undefined : Math.max(...encoding.rangeBytes),
  streams: encoding?.streams,
  distinct: encoding?.distinctCount,
  zeros: encoding?.zeroCount,
});

const expectedFigures = (name: string, expected: Case['expected']): Record<string, unknown> => ({
  name,
  source: expected.source_bytes,
  weights: expected.weight_bytes,
  scales: expected.scale_bytes,
  allocated: expected.allocated_bytes,
  ranges: expected.range_bytes,
  largest: expected.max_range_bytes,
  streams: expected.streams,
  distinct: Math.min(expected.distinct, 17),
  zeros: expected.zeros,
});

const goldens = sharedDir === undefined ? '' : join(sharedDir, 'goldens');

/** Do the runs of a model tell how each layer's weights were encoded? */
const hasDetails = (model: string): boolean => {
  const [file] = readdirSync(join(goldens, model));
  return file !== undefined && readFileSync(join(goldens, model, file), 'utf8').includes('"depth_slices"');
};

const models =
  goldens === ''
    ? []
    : readdirSync(goldens, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && hasDetails(entry.name))
        .map((entry) => entry.name);

const encodeCase = (encoders: Encoders, weights: WeightArray, { accelerator, layer }: Case) => {
  const { depth_slices: boundaries } = layer.detail;
  return accelerator.startsWith('ethos-u85')
    ? encoders.u85(weights, u85Layout(accelerator, layer), boundaries)
    : encoders.u55(weights, u55Layout(accelerator, layer), boundaries);
};

describe.skipIf(sharedDir === undefined)('encoded weights in the reference figures', () => {
  it.each(models)('of %s', (model) => {
    const directory = join(goldens, model);
    const cases = readdirSync(directory)
      .filter((name) => name.startsWith('ethos-'))
      .flatMap((file) => casesOf(directory, file));
    expect(cases.length).toBeGreaterThan(0);
    // One layer after the other: the encoders hold the values of the last one only.
    cases.sort((a, b) => (a.layer.Name < b.layer.Name ? -1 : 1));

    const layers = new Map(modelLayers(sharedDir!, model).map((layer) => [layer.name, layer]));
    const encoders = createEncoders();
    const found = cases.map((golden) => {
      const { file, layer } = golden;
      const weights = layers.get(layer.Name)!.weights(layer['NNG Operator'] === 'DepthwiseConv2D');
      return figures(`${file}: ${layer.Name}`, encodeCase(encoders, weights, golden));
    });
    expect(found).toEqual(
      cases.map(({ file, layer, expected }) => expectedFigures(`${file}: ${layer.Name}`, expected)),
    );
  });
});
