import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamLayout } from '../../src/weights/encoding.js';
import { emitStream } from '../../src/weights/emit-stream.js';
import { rawLength } from '../../src/weights/stream-order.js';
import { streamOrder } from '../../src/weights/u55-stream-order.js';
import { plainOrder } from './plain-order.js';

const layouts = fc.record({
  traversal: fc.constantFrom('depth-first', 'part-kernel', 'depthwise'),
  blockDepth: fc.constantFrom(8, 16, 24, 32, 48, 128),
  ofmUblockDepth: fc.constantFrom(4, 8),
  ifmUblockDepth: fc.constant(8),
  cores: fc.constantFrom(1, 2),
  ifmBits: fc.constantFrom(8, 16),
  dilationH: fc.constantFrom(1, 2),
  dilationW: fc.constantFrom(1, 2),
});

const kernels = fc.tuple(
  fc.integer({ min: 1, max: 50 }),
  fc.integer({ min: 1, max: 11 }),
  fc.integer({ min: 1, max: 11 }),
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 40 })),
);

/** Block depths are multiples of 16 or cover all channels (docs/model/weights.md#streams-on-u55-and-u65). */
const allowed = (blockDepth: number, outputs: number): boolean =>
  blockDepth % 16 === 0 || blockDepth >= outputs;

describe('emitStream', () => {
  it('walks the weights as the loop nest of the reference does', () => {
    fc.assert(
      fc.property(layouts, kernels, fc.nat(100), (layout: StreamLayout, [O, H, W, I], at) => {
        const depth = layout.traversal === 'depthwise' ? 1 : I;
        const shape = [O, H, W, depth] as const;
        const values = Int16Array.from({ length: O * H * W * depth }, (_, k) => 1 + (k % 32_749));
        const order = streamOrder(shape, layout);
        const offset = at % O;
        const streams = Math.min(O, layout.cores);
        for (let s = 0; s < streams && s < O - offset; s++) {
          const slice = {
            first: offset + s,
            step: streams,
            channels: Math.ceil((O - offset - s) / streams),
            blockDepth: Math.ceil((layout.blockDepth - s) / streams),
            group: 0,
          };
          if (!allowed(layout.blockDepth, O)) slice.blockDepth = slice.channels;
          const expected = plainOrder(
            (o, y, x, i) => values[((o * H + y) * W + x) * depth + i]!,
            shape,
            allowed(layout.blockDepth, O) ? layout : { ...layout, blockDepth: O * streams },
            offset,
            O - offset,
            s,
          );
          const length = rawLength(order, slice);
          const out = new Int16Array(length + 1).fill(-1);
          expect(emitStream(values, order, slice, out)).toBe(length);
          expect(out[length]).toBe(-1);
          expect(Array.from(out.subarray(0, length))).toEqual(expected);
        }
      }),
      { seed: 2, numRuns: 150 },
    );
  });

  /**
   * By docs/model/weights.md#raw-length, E1: 64x10x4x1 part-kernel is 64 · 8 · 40 raw weights; E2: depthwise 3x3 x 64
   * is 64 · 12.
   */
  it('pads sub-kernels, bricks and ublocks', () => {
    const layout: StreamLayout = {
      traversal: 'part-kernel',
      blockDepth: 16,
      ofmUblockDepth: 8,
      ifmUblockDepth: 8,
      cores: 1,
      ifmBits: 8,
      dilationH: 1,
      dilationW: 1,
    };
    const slice = { first: 0, step: 1, channels: 64, blockDepth: 16, group: 0 };
    expect(rawLength(streamOrder([64, 10, 4, 1], layout), slice)).toBe(20_480);
    expect(rawLength(streamOrder([64, 3, 3, 1], { ...layout, traversal: 'depthwise' }), slice)).toBe(768);
  });
});
