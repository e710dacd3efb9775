import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEncoder } from '../../src/weights/encoder.js';
import type { StreamLayout, Traversal } from '../../src/weights/encoding.js';
import { sharedDir } from '../shared.js';
import { modelLayers } from './model-layers.js';

interface GoldenLayer {
  readonly Name: string;
  readonly 'NNG Operator': string;
  readonly detail: {
    readonly ifm: { readonly type: string };
    readonly kernel: { readonly dilation_hw: readonly [number, number] };
    readonly config: { readonly ofm_block: readonly number[]; readonly traversal: string };
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

const layoutOf = (accelerator: string, layer: GoldenLayer): StreamLayout => ({
  traversal: TRAVERSALS[layer.detail.config.traversal]!,
  blockDepth: layer.detail.config.ofm_block[2]!,
  ofmUblockDepth: accelerator === 'ethos-u55-32' ? 4 : 8,
  ifmUblockDepth: 8,
  cores: accelerator === 'ethos-u65-512' ? 2 : 1,
  ifmBits: layer.detail.ifm.type.endsWith('16') ? 16 : 8,
  dilationH: layer.detail.kernel.dilation_hw[0],
  dilationW: layer.detail.kernel.dilation_hw[1],
});

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

const goldens = sharedDir === undefined ? '' : join(sharedDir, 'goldens');
const models =
  goldens === ''
    ? []
    : readdirSync(goldens, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);

describe.skipIf(sharedDir === undefined)('encoded weights in the reference figures of U55 and U65', () => {
  it.each(models)('of %s', (model) => {
    const directory = join(goldens, model);
    const cases = readdirSync(directory)
      .filter((name) => /^ethos-u[56]5/.test(name))
      .flatMap((file) => casesOf(directory, file));
    expect(cases.length).toBeGreaterThan(0);
    // One layer after the other: the encoder holds the values of the last one only.
    cases.sort((a, b) => (a.layer.Name < b.layer.Name ? -1 : 1));

    const layers = new Map(modelLayers(sharedDir!, model).map((layer) => [layer.name, layer]));
    const encode = createEncoder();
    const figures = cases.map(({ file, accelerator, layer, expected }) => {
      const weights = layers.get(layer.Name)!.weights(layer['NNG Operator'] === 'DepthwiseConv2D');
      const encoding = encode(weights, layoutOf(accelerator, layer), layer.detail.depth_slices);
      const name = `${file}: ${layer.Name}`;
      return {
        expected: {
          name,
          source: expected.source_bytes,
          weights: expected.weight_bytes,
          scales: expected.scale_bytes,
          allocated: expected.allocated_bytes,
          ranges: expected.range_bytes,
          streams: expected.streams,
          distinct: Math.min(expected.distinct, 17),
          zeros: expected.zeros,
        },
        found: {
          name,
          source: encoding.sourceSize,
          weights: encoding.weightBytes,
          scales: encoding.scaleBytes,
          allocated: encoding.allocatedBytes,
          ranges: encoding.rangeBytes.slice(0, 64),
          streams: encoding.streams,
          distinct: encoding.distinctCount,
          zeros: encoding.zeroCount,
        },
      };
    });
    expect(figures.map(({ found }) => found)).toEqual(figures.map(({ expected }) => expected));
  });
});
