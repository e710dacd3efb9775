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

const goldens = sharedDir === undefined ? '' : join(sharedDir, 'goldens');
const models =
  goldens === ''
    ? []
    : readdirSync(goldens, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);

describe.skipIf(sharedDir === undefined)(
  'encoded weights in the reference figures, Ethos-U55 and Ethos-U65',
  () => {
    it.each(models)('of %s', (model) => {
      const layers = new Map(modelLayers(sharedDir!, model).map((layer) => [layer.name, layer]));
      const encode = createEncoder();
      for (const file of readdirSync(join(goldens, model)).filter((name) => /^ethos-u[56]5/.test(name))) {
        const golden = JSON.parse(readFileSync(join(goldens, model, file), 'utf8')) as Golden;
        const found = golden.layers.flatMap((layer) => {
          const expected = layer.detail.weights;
          if (expected === undefined) return [];
          const weights = layers.get(layer.Name)!.weights(layer['NNG Operator'] === 'DepthwiseConv2D');
          return [{ layer, expected, weights }];
        });
        expect(found.length).toBeGreaterThan(0);
        for (const { layer, expected, weights } of found) {
          const encoding = encode(weights, layoutOf(golden.accelerator, layer), layer.detail.depth_slices);
          expect(
            {
              source_bytes: encoding.sourceSize,
              weight_bytes: encoding.weightBytes,
              scale_bytes: encoding.scaleBytes,
              allocated_bytes: encoding.allocatedBytes,
              max_range_bytes: Math.max(...encoding.rangeBytes),
              range_bytes: encoding.rangeBytes.slice(0, 64),
              streams: encoding.streams,
              distinct: encoding.distinctCount,
              zeros: encoding.zeroCount,
            },
            `${file}: ${layer.Name}`,
          ).toMatchObject({
            source_bytes: expected.source_bytes,
            weight_bytes: expected.weight_bytes,
            scale_bytes: expected.scale_bytes,
            allocated_bytes: expected.allocated_bytes,
            max_range_bytes: expected.max_range_bytes,
            range_bytes: expected.range_bytes,
            streams: expected.streams,
            distinct: Math.min(expected.distinct, 17),
            zeros: expected.zeros,
          });
        }
      }
    });
  },
);
