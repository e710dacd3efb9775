import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitStream } from '../../src/weights/emit-stream.js';
import type { U85StreamLayout } from '../../src/weights/encoding.js';
import { fastSection } from '../../src/weights/sections.js';
import { rawLength } from '../../src/weights/stream-order.js';
import { isTwoOfFourSparse } from '../../src/weights/two-of-four.js';
import { u85ScaleRecords, u85StreamOrder, u85StreamSlice } from '../../src/weights/u85-stream-order.js';
import { plainFastBytes, plainIsSparse, plainOrderU85 } from './plain-order-u85.js';
import { u85Layouts } from './u85-layouts.js';

type Shape = readonly [number, number, number, number];

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 70 }),
  fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 11 })),
  fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 11 })),
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 150 })),
);

/** Keeps plain streams short. */
const cut = ([O, H, W, I]: Shape, depthwise: boolean): Shape => {
  const depth = depthwise ? 1 : H * W > 25 ? Math.min(I, 20) : I;
  return [H * W * depth > 500 ? Math.min(O, 20) : O, H, W, depth];
};

const reader =
  (values: Int16Array, [, H, W, I]: Shape) =>
  (o: number, y: number, x: number, i: number): number =>
    values[((o * H + y) * W + x) * I + i]!;

const fill = ([O, H, W, I]: Shape, at: (k: number) => number): Int16Array =>
  Int16Array.from({ length: O * H * W * I }, (_, k) => at(k));

describe('Ethos-U85 streams', () => {
  it('walk the weights as the loop nest of the reference does', () => {
    fc.assert(
      fc.property(u85Layouts, shapes, fc.nat(100), (layout, size, at) => {
        const shape = cut(size, layout.traversal === 'depthwise');
        const values = fill(shape, (k) => 1 + (k % 32_749));
        const order = u85StreamOrder(shape, layout);
        const from = at % shape[0];
        for (let s = 0; s < layout.cores; s++) {
          const slice = u85StreamSlice(order, layout.blockDepth, from, shape[0], s);
          const expected = plainOrderU85(reader(values, shape), shape, layout, from, shape[0] - from, s);
          const length = rawLength(order, slice);
          const out = new Int16Array(length + 1).fill(-1);
          expect(emitStream(values, order, slice, out)).toBe(length);
          expect(out[length]).toBe(-1);
          expect(Buffer.compare(Buffer.from(out.buffer, 0, 2 * length), bytesOf(expected))).toBe(0);
        }
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  /** Layers of kws (docs/model/weights.md#raw-length): E9 (dense and sparse), E10 on U85-256 and U85-1024, E11. */
  it('have the lengths of the worked examples', () => {
    const base: U85StreamLayout = {
      traversal: 'part-kernel',
      blockDepth: 64,
      ifmBlockDepth: 16,
      ofmUblockDepth: 8,
      macs: 256,
      cores: 1,
      ifmBits: 8,
      dilationH: 1,
      dilationW: 1,
      strideH: 2,
      strideW: 2,
      sparse: false,
      fast: false,
    };
    const length = (shape: Shape, change: Partial<U85StreamLayout>): number => {
      const order = u85StreamOrder(shape, { ...base, ...change });
      return rawLength(order, u85StreamSlice(order, 64, 0, 64, 0));
    };
    const big = { macs: 1024, cores: 4, strideH: 1, strideW: 1 } as const;
    expect(length([64, 10, 4, 1], {})).toBe(46_080);
    expect(length([64, 10, 4, 1], { sparse: true })).toBe(51_200);
    expect(length([64, 3, 3, 1], { traversal: 'depthwise', ofmUblockDepth: 16 })).toBe(640);
    expect(length([64, 3, 3, 1], { ...big, traversal: 'depthwise', ofmUblockDepth: 16 })).toBe(256);
    expect(
      length([64, 1, 1, 64], { ...big, traversal: 'depth-first', ofmUblockDepth: 32, ifmBlockDepth: 64 }),
    ).toBe(1024);
  });
});

const bytesOf = (weights: readonly number[]): Buffer => Buffer.from(Int16Array.from(weights).buffer);

describe('2:4 sparsity', () => {
  const sparsities = fc.record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 40 }),
    ),
    /** Weights kept of each four, and where the pattern starts. */
    kept: fc.constantFrom(1, 2, 2, 2, 3),
    shift: fc.nat(3),
    /** A weight that is not of the pattern, at a place that may lie outside. */
    odd: fc.constantFrom(0, 127, -127, -128, 128),
    at: fc.nat(5000),
  });

  it('is found where the stream of the reference passes its test, whatever the order', () => {
    const found = new Set<boolean>();
    fc.assert(
      fc.property(u85Layouts, sparsities, (layout, { shape, kept, shift, odd, at }) => {
        if (layout.traversal === 'depthwise') return;
        const depth = shape[3];
        const values = fill(shape, (k) => (((k % depth) + (k >> 3) + shift) % 4 < kept ? (k % 127) + 1 : 0));
        for (let k = 0; k < values.length && kept < 3; k++) {
          // The pattern shifts inside a group now and then: keep two of each aligned four.
          const group = k - ((k % depth) % 4);
          if (values.subarray(group, k).filter((value) => value !== 0).length === 2) values[k] = 0;
        }
        if (at < values.length) values[at] = odd;
        const sparse = isTwoOfFourSparse(values, depth);
        found.add(sparse);
        const streams = Array.from({ length: layout.cores }, (_, s) =>
          plainIsSparse(reader(values, shape), shape, { ...layout, sparse: true }, 0, shape[0], s),
        );
        expect(sparse).toBe(streams.every((passes) => passes));
      }),
      { seed: 5, numRuns: 300 },
    );
    expect(found.size).toBe(2);
  });

  it('holds for one or two IFM channels, but not beyond ±127', () => {
    expect(isTwoOfFourSparse(Int16Array.of(1, 2, -127, 127), 2)).toBe(true);
    expect(isTwoOfFourSparse(Int16Array.of(1, 2, -128, 127), 2)).toBe(false);
    expect(isTwoOfFourSparse(Int16Array.of(1, 2, 3), 3)).toBe(false);
    expect(isTwoOfFourSparse(Int16Array.of(1, 0, 3, 0, 5, 6), 6)).toBe(true);
    expect(isTwoOfFourSparse(Int16Array.of(0, 0, 1, 2, 3, 0), 6)).toBe(true);
    expect(isTwoOfFourSparse(Int16Array.of(0, 1, 2, 3), 4)).toBe(false);
  });
});

describe('the fast format', () => {
  it('has the size of the merged streams', () => {
    fc.assert(
      fc.property(
        u85Layouts,
        shapes,
        fc.nat(100),
        fc.constantFrom(1, 3, 4, 5, 15, 16, 17, 200),
        fc.boolean(),
        (layout, size, at, distinct, zero) => {
          if (layout.traversal === 'depthwise') return;
          const shape = cut(size, false);
          const values = fill(shape, (k) => ((k * 7) % distinct) + (zero ? 0 : 1));
          const order = u85StreamOrder(shape, layout);
          const from = at % shape[0];
          const streams = Array.from({ length: layout.cores }, (_, s) =>
            plainOrderU85(reader(values, shape), shape, layout, from, shape[0] - from, s),
          );
          const slice = u85StreamSlice(order, layout.blockDepth, from, shape[0], 0);
          expect(fastSection(values, order, slice, layout.cores, layout.sparse)).toEqual({
            streamBytes: plainFastBytes(streams, layout.sparse),
            rawWeights: streams.flat().length,
            zeroCount: 0,
            values: [],
          });
        },
      ),
      { seed: 6, numRuns: 50 },
    );
  });
});

describe('scale records', () => {
  it('are padded to whole ublocks of at least 16 channels (docs/model/weights.md#scales)', () => {
    expect(u85ScaleRecords(64, 16)).toBe(64);
    expect(u85ScaleRecords(12, 8)).toBe(16);
    expect(u85ScaleRecords(17, 32)).toBe(32);
    expect(u85ScaleRecords(65, 64)).toBe(128);
  });
});
