import { describe, expect, it } from 'vitest';
import { encodeU85, encodeWeights } from '../../src/weights/encoder.js';
import type { StreamLayout, Traversal, U85StreamLayout } from '../../src/weights/encoding.js';
import type { WeightArray } from '../../src/weights/weight-array.js';
import { emitStream } from '../../src/weights/emit-stream.js';
import { streamSize } from '../../src/weights/stream-size.js';
import { streamOrder } from '../../src/weights/u55-stream-order.js';
import { u85StreamOrder, u85StreamSlice } from '../../src/weights/u85-stream-order.js';
import { sharedDir } from '../shared.js';
import { modelLayers } from './model-layers.js';

const layout = (traversal: Traversal, blockDepth: number, cores = 1): StreamLayout => ({
  traversal,
  blockDepth,
  ofmUblockDepth: 8,
  ifmUblockDepth: 8,
  cores,
  ifmBits: 8,
  dilationH: 1,
  dilationW: 1,
});

interface Example {
  readonly id: string;
  readonly model: string;
  readonly kind: string;
  readonly shape: readonly number[];
  readonly layout: StreamLayout;
  readonly boundaries: readonly number[];
  /** Per section: raw weights, bits. */
  readonly sections: readonly (readonly [number, number])[];
  readonly weightBytes: number;
  readonly allocatedBytes: number;
}

const KWS = 'kws_ref_int8';
const MOBILENET = 'mobilenet_v2_1.0_224_quant';

/** Layers of public networks (docs/model/weights.md#encoded-sizes); the first layer of that kind and shape. */
const EXAMPLES: readonly Example[] = [
  {
    id: 'E1',
    model: KWS,
    kind: 'CONV_2D',
    shape: [64, 10, 4, 1],
    layout: layout('part-kernel', 16),
    boundaries: [0, 64],
    sections: [[20_480, 30_535]],
    weightBytes: 3824,
    allocatedBytes: 4464,
  },
  {
    id: 'E1b',
    model: KWS,
    kind: 'CONV_2D',
    shape: [64, 10, 4, 1],
    layout: layout('part-kernel', 16),
    boundaries: [0, 16, 64],
    sections: [
      [5120, 7655],
      [15_360, 22_941],
    ],
    weightBytes: 3840,
    allocatedBytes: 4480,
  },
  {
    id: 'E2',
    model: KWS,
    kind: 'DEPTHWISE_CONV_2D',
    shape: [64, 3, 3, 1],
    layout: layout('depthwise', 16),
    boundaries: [0, 64],
    sections: [[768, 5395]],
    weightBytes: 688,
    allocatedBytes: 1328,
  },
  {
    id: 'E3',
    model: KWS,
    kind: 'CONV_2D',
    shape: [64, 1, 1, 64],
    layout: layout('depth-first', 32),
    boundaries: [0, 64],
    sections: [[4096, 32_807]],
    weightBytes: 4112,
    allocatedBytes: 4752,
  },
  {
    id: 'E4',
    model: KWS,
    kind: 'CONV_2D',
    shape: [64, 10, 4, 1],
    layout: layout('part-kernel', 32, 2),
    boundaries: [0, 64],
    sections: [
      [10_240, 15_215],
      [10_240, 15_309],
    ],
    weightBytes: 3824,
    allocatedBytes: 4464,
  },
  {
    id: 'E5',
    model: KWS,
    kind: 'FULLY_CONNECTED',
    shape: [12, 1, 1, 64],
    layout: layout('depth-first', 16, 2),
    boundaries: [0, 12],
    sections: [
      [512, 3611],
      [512, 3654],
    ],
    weightBytes: 928,
    allocatedBytes: 1056,
  },
  {
    id: 'E6',
    model: 'ad01_int8',
    kind: 'FULLY_CONNECTED',
    shape: [128, 1, 1, 640],
    layout: layout('depth-first', 128),
    boundaries: [0, 128],
    sections: [[81_920, 421_682]],
    weightBytes: 52_720,
    allocatedBytes: 54_000,
  },
  {
    id: 'E7',
    model: MOBILENET,
    kind: 'CONV_2D',
    shape: [1280, 1, 1, 320],
    layout: layout('depth-first', 32),
    boundaries: [0, 1280],
    sections: [[409_600, 2_793_019]],
    weightBytes: 349_136,
    allocatedBytes: 361_936,
  },
  {
    id: 'E8',
    model: 'resnet8_int8',
    kind: 'CONV_2D',
    shape: [16, 3, 3, 3],
    layout: layout('part-kernel', 16),
    boundaries: [0, 16],
    sections: [[1536, 4822]],
    weightBytes: 608,
    allocatedBytes: 768,
  },
];

const u85 = (
  macs: number,
  cores: number,
  ublock: number,
  change: Partial<U85StreamLayout>,
): U85StreamLayout => ({
  traversal: 'part-kernel',
  blockDepth: 64,
  ifmBlockDepth: 16,
  ofmUblockDepth: ublock,
  macs,
  cores,
  ifmBits: 8,
  dilationH: 1,
  dilationW: 1,
  strideH: 1,
  strideW: 1,
  sparse: false,
  fast: false,
  ...change,
});

interface U85Example {
  readonly id: string;
  readonly kind: string;
  readonly shape: readonly number[];
  readonly layout: U85StreamLayout;
  readonly sourceSize: number;
  /** Per stream, where the reference gives it. */
  readonly bits?: readonly number[];
  readonly streamBytes: readonly number[];
  readonly allocatedBytes?: number;
}

/** The same for Ethos-U85; all layers are of kws_ref_int8. */
const U85_EXAMPLES: readonly U85Example[] = [
  {
    id: 'E9',
    kind: 'CONV_2D',
    shape: [64, 10, 4, 1],
    layout: u85(256, 1, 8, { strideH: 2, strideW: 2 }),
    sourceSize: 46_080,
    bits: [33_717],
    streamBytes: [4224],
  },
  {
    id: 'E9, sparse',
    kind: 'CONV_2D',
    shape: [64, 10, 4, 1],
    layout: u85(256, 1, 8, { strideH: 2, strideW: 2, sparse: true }),
    sourceSize: 51_200,
    bits: [34_357],
    streamBytes: [4304],
  },
  {
    id: 'E10 on U85-256',
    kind: 'DEPTHWISE_CONV_2D',
    shape: [64, 3, 3, 1],
    layout: u85(256, 1, 16, { traversal: 'depthwise' }),
    sourceSize: 640,
    bits: [5270],
    streamBytes: [672],
    allocatedBytes: 1312,
  },
  {
    id: 'E10 on U85-1024',
    kind: 'DEPTHWISE_CONV_2D',
    shape: [64, 3, 3, 1],
    layout: u85(1024, 4, 16, { traversal: 'depthwise' }),
    sourceSize: 1024,
    streamBytes: [224, 208, 208, 208],
    allocatedBytes: 1488,
  },
  {
    id: 'E11',
    kind: 'CONV_2D',
    shape: [64, 1, 1, 64],
    layout: u85(1024, 4, 32, { traversal: 'depth-first', ifmBlockDepth: 64 }),
    sourceSize: 4096,
    bits: [8231, 8231, 8231, 8231],
    streamBytes: [1040, 1040, 1040, 1040],
  },
  {
    id: 'E11, fast',
    kind: 'CONV_2D',
    shape: [64, 1, 1, 64],
    layout: u85(1024, 4, 32, { traversal: 'depth-first', ifmBlockDepth: 64, fast: true }),
    sourceSize: 4096,
    streamBytes: [4128],
  },
];

const layerOf = (model: string, kind: string, shape: readonly number[]): WeightArray =>
  modelLayers(sharedDir!, model)
    .filter((layer) => layer.kind === kind)
    .map((layer) => layer.weights(kind === 'DEPTHWISE_CONV_2D'))
    .find((candidate) => candidate.shape.join() === shape.join())!;

describe.skipIf(sharedDir === undefined)('worked examples of the reference on real layers', () => {
  it.each(EXAMPLES)('$id', (example) => {
    const weights = layerOf(example.model, example.kind, example.shape);
    const values = weights.values();
    const order = streamOrder(weights.shape, example.layout);
    const { cores, blockDepth } = example.layout;
    const sections = example.boundaries.slice(1).flatMap((to, k) =>
      Array.from({ length: cores }, (_, s) => {
        const first = example.boundaries[k]! + s;
        const channels = Math.ceil((to - first) / cores);
        const slice = {
          first,
          step: cores,
          channels,
          blockDepth: Math.ceil((blockDepth - s) / cores),
          group: 0,
        };
        const stream = new Int16Array(1 << 20);
        const length = emitStream(values, order, slice, stream);
        return [length, streamSize(stream, length).bits];
      }),
    );
    expect(sections).toEqual(example.sections);
    const { weightBytes, allocatedBytes } = encodeWeights(weights, example.layout, example.boundaries);
    expect({ weightBytes, allocatedBytes }).toEqual({
      weightBytes: example.weightBytes,
      allocatedBytes: example.allocatedBytes,
    });
  });

  it.each(U85_EXAMPLES)('$id', ({ kind, shape, layout: of, ...example }) => {
    const weights = layerOf(KWS, kind, shape);
    const encoding = encodeU85(weights, of, [0, shape[0]!])!;
    expect(encoding.sourceSize).toBe(example.sourceSize);
    expect(encoding.weightBytes).toBe(example.streamBytes.reduce((sum, bytes) => sum + bytes, 0));
    expect(encoding.streams).toBe(example.streamBytes.length);
    expect(encoding.scaleBytes).toBe(640);
    if (example.allocatedBytes !== undefined) expect(encoding.allocatedBytes).toBe(example.allocatedBytes);
    if (of.fast) return;
    const order = u85StreamOrder(weights.shape, of);
    const sizes = example.streamBytes.map((_, s) => {
      const stream = new Int16Array(example.sourceSize);
      const slice = u85StreamSlice(order, of.blockDepth, 0, shape[0]!, s);
      return streamSize(stream, emitStream(weights.values(), order, slice, stream));
    });
    expect(sizes.map(({ bytes }) => bytes)).toEqual(example.streamBytes);
    if (example.bits !== undefined) expect(sizes.map(({ bits }) => bits)).toEqual(example.bits);
  });
});
