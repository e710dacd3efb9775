import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitStream } from '../../src/weights/emit-stream.js';
import type { StreamLayout } from '../../src/weights/encoding.js';
import { streamContents } from '../../src/weights/padding.js';
import { rawLength, type StreamOrder, type StreamSlice } from '../../src/weights/stream-order.js';
import { streamOrder, streamSlice } from '../../src/weights/u55-stream-order.js';
import { u85StreamOrder, u85StreamSlice } from '../../src/weights/u85-stream-order.js';
import { u85Layouts } from './u85-layouts.js';

type Shape = readonly [number, number, number, number];

const shapes: fc.Arbitrary<Shape> = fc.tuple(
  fc.integer({ min: 1, max: 50 }),
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 4 }),
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 70 })),
);

const layouts: fc.Arbitrary<StreamLayout> = fc.record({
  traversal: fc.constantFrom('depth-first', 'part-kernel', 'depthwise'),
  blockDepth: fc.constantFrom(16, 32, 48, 128),
  ofmUblockDepth: fc.constantFrom(4, 8),
  ifmUblockDepth: fc.constant(8),
  cores: fc.constantFrom(1, 2),
  ifmBits: fc.constantFrom(8, 16),
  dilationH: fc.constantFrom(1, 2),
  dilationW: fc.constantFrom(1, 2),
});

/** The same counts from the stream itself, all of whose weights are 1. */
function counted([O, H, W, I]: Shape, order: StreamOrder, slice: StreamSlice) {
  const length = rawLength(order, slice);
  const stream = new Int16Array(length);
  emitStream(new Int16Array(O * H * W * I).fill(1), order, slice, stream);
  const runs = new Map<number, number>();
  let run = 0;
  let weights = 0;
  const end = (): void => {
    if (run > 0) runs.set(run, (runs.get(run) ?? 0) + 1);
    run = 0;
  };
  for (const value of stream) {
    if (value === 0) {
      run++;
      continue;
    }
    weights++;
    end();
  }
  end();
  return { weights, padding: length - weights, runs };
}

/** Zeros in runs. */
const total = (runs: ReadonlyMap<number, number>): number =>
  [...runs].reduce((sum, [length, count]) => sum + length * count, 0);

const sorted = (runs: ReadonlyMap<number, number>): [number, number][] => [...runs].sort(([a], [b]) => a - b);

describe('contents of a stream', () => {
  it('are those of the stream that is emitted, on Ethos-U55', () => {
    fc.assert(
      fc.property(layouts, shapes, (layout, [o, h, w, i]) => {
        const shape: Shape = [o, h, w, layout.traversal === 'depthwise' ? 1 : i];
        const order = streamOrder(shape, layout);
        const streams = Math.min(o, layout.cores);
        for (let s = 0; s < streams; s++) {
          const slice = streamSlice(order, layout.blockDepth, 0, o, s, streams);
          const contents = streamContents(order, slice);
          const expected = counted(shape, order, slice);
          expect({ ...contents, runs: sorted(contents.runs) }).toEqual({
            ...expected,
            runs: sorted(expected.runs),
          });
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('are as many on Ethos-U85, where a stream may lack the channels of a whole ublock', () => {
    fc.assert(
      fc.property(u85Layouts, shapes, (layout, [o, h, w, i]) => {
        const shape: Shape = [o, h, w, layout.traversal === 'depthwise' ? 1 : i];
        const order = u85StreamOrder(shape, layout);
        for (let s = 0; s < layout.cores; s++) {
          const slice = u85StreamSlice(order, layout.blockDepth, 0, o, s);
          const { weights, padding, runs } = streamContents(order, slice);
          const expected = counted(shape, order, slice);
          expect({ weights, padding }).toEqual({ weights: expected.weights, padding: expected.padding });
          expect(total(runs)).toBe(padding);
        }
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});
