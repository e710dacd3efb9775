import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEncoder, createEncoders, encodeU85, encodeWeights } from '../../src/weights/encoder.js';
import type { StreamLayout, U85StreamLayout } from '../../src/weights/encoding.js';
import { syntheticWeights } from '../../src/weights/synthetic.js';
import { plainStream } from './plain-coder.js';
import { plainOrder } from './plain-order.js';
import { plainOrderU85 } from './plain-order-u85.js';
import { u85Layouts } from './u85-layouts.js';

const u55: StreamLayout = {
  traversal: 'part-kernel',
  blockDepth: 16,
  ofmUblockDepth: 8,
  ifmUblockDepth: 8,
  cores: 1,
  ifmBits: 8,
  dilationH: 1,
  dilationW: 1,
};

describe('encodeWeights', () => {
  it('adds up the sections of slices and streams (docs/model/weights.md#encoded-sizes)', () => {
    const weights = syntheticWeights([37, 3, 3, 5], 'convolution');
    const values = weights.values();
    const layout = { ...u55, cores: 2, blockDepth: 32 };
    const boundaries = [0, 16, 36, 37];
    const encoding = encodeWeights(weights, layout, boundaries);

    const ranges = boundaries.slice(1).map((to, k) => {
      const from = boundaries[k]!;
      return [0, 1]
        .filter((s) => to - from > s)
        .map((s) => {
          const at = (o: number, y: number, x: number, i: number): number =>
            values[((o * 3 + y) * 3 + x) * 5 + i]!;
          const stream = plainOrder(at, weights.shape, layout, from, to - from, s);
          return { scales: 10 * Math.ceil((to - from - s) / 2), raw: stream.length, ...plainStream(stream) };
        });
    });
    const sections = ranges.flat();
    const total = (of: (section: (typeof sections)[number]) => number, list = sections): number =>
      list.reduce((sum, section) => sum + of(section), 0);
    const padded = (section: (typeof sections)[number]): number =>
      16 * Math.ceil(section.scales / 16) + section.bytes;
    expect(sections).toHaveLength(5);
    expect(encoding).toEqual({
      weightBytes: total((section) => section.bytes),
      scaleBytes: total((section) => padded(section) - section.bytes),
      allocatedBytes: total(padded),
      rangeBytes: ranges.map((list) => total(padded, list)),
      firstTransferBytes: total((section) => section.scales + section.bytes, ranges[0]),
      sourceSize: total((section) => section.raw),
      zeroCount: total((section) => section.zeroCount),
      distinctCount: 17,
      streams: 2,
    });
  });
});

describe('createEncoder', () => {
  const shapes = [
    [24, 1, 1, 40],
    [24, 3, 3, 5],
    [40, 9, 2, 1],
  ] as const;

  it('remembers only what is equal', () => {
    const encode = createEncoder();
    fc.assert(
      fc.property(
        fc.record({
          shape: fc.constantFrom(...shapes),
          traversal: fc.constantFrom('depth-first', 'part-kernel', 'depthwise'),
          blockDepth: fc.constantFrom(16, 32, 48),
          ofmUblockDepth: fc.constantFrom(4, 8),
          cores: fc.constantFrom(1, 2),
          ifmBits: fc.constantFrom(8, 16),
          dilationH: fc.constantFrom(1, 2),
          dilationW: fc.constantFrom(1, 2),
          cuts: fc.constantFrom<number[]>([], [8], [16], [8, 16]),
        }),
        ({ shape, cuts, ...layout }) => {
          const depthwise = layout.traversal === 'depthwise';
          const weights = depthwise
            ? syntheticWeights([shape[0], shape[1], shape[2], 1], 'depthwise')
            : syntheticWeights(shape, 'convolution');
          const boundaries = [0, ...cuts, shape[0]];
          const full = { ...u55, ...layout };
          expect(encode(weights, full, boundaries)).toEqual(encodeWeights(weights, full, boundaries));
        },
      ),
      { seed: 3, numRuns: 600 },
    );
  });

  it('asks for the values once per array and gives equal objects for equal questions', () => {
    const encode = createEncoder();
    let asked = 0;
    const weights = syntheticWeights([32, 1, 1, 16], 'convolution');
    const counted = { ...weights, values: () => (asked++, weights.values()) };
    const whole = encode(counted, u55, [0, 32]);
    expect(encode(counted, { ...u55 }, [0, 32])).toBe(whole);
    encode(counted, u55, [0, 16, 32]);
    expect(asked).toBe(1);
  });
});

const u85: U85StreamLayout = {
  traversal: 'part-kernel',
  blockDepth: 32,
  ifmBlockDepth: 16,
  ofmUblockDepth: 16,
  macs: 512,
  cores: 2,
  ifmBits: 8,
  dilationH: 1,
  dilationW: 1,
  strideH: 1,
  strideW: 1,
  sparse: false,
  fast: false,
};

describe('encodeU85', () => {
  const weights = syntheticWeights([70, 3, 3, 21], 'convolution');
  const boundaries = [0, 16, 64, 70];

  it('adds up slices and streams, with all scales in the first stream (docs/model/weights.md#encoded-sizes)', () => {
    const values = weights.values();
    const scales = [160, 480, 160];
    const ranges = boundaries.slice(1).map((to, k) => {
      const from = boundaries[k]!;
      return [0, 1].map((s) => {
        const at = (o: number, y: number, x: number, i: number): number =>
          values[((o * 3 + y) * 3 + x) * 21 + i]!;
        const stream = plainOrderU85(at, weights.shape, u85, from, to - from, s);
        return { raw: stream.length, ...plainStream(stream) };
      });
    });
    const bytes = ranges.map((list) => list.reduce((sum, section) => sum + section.bytes, 0));
    const weightBytes = bytes.reduce((sum, range) => sum + range, 0);
    const sections = ranges.flat();
    expect(encodeU85(weights, u85, boundaries)).toEqual({
      weightBytes,
      scaleBytes: 800,
      allocatedBytes: weightBytes + 800,
      rangeBytes: bytes.map((range, k) => range + scales[k]!),
      firstTransferBytes: bytes[0]! + 160,
      sourceSize: sections.reduce((sum, section) => sum + section.raw, 0),
      zeroCount: sections.reduce((sum, section) => sum + section.zeroCount, 0),
      distinctCount: 17,
      streams: 2,
    });
  });

  it('merges the streams and counts nothing in the fast format (docs/model/weights.md#fast-format)', () => {
    const fast = encodeU85(weights, { ...u85, fast: true }, boundaries)!;
    const standard = encodeU85(weights, u85, boundaries)!;
    expect(fast).toMatchObject({
      sourceSize: standard.sourceSize,
      zeroCount: 0,
      distinctCount: 0,
      streams: 1,
    });
    expect(fast.scaleBytes).toBe(standard.scaleBytes);
    expect(fast.weightBytes).toBe(standard.sourceSize + 3 * 32);
  });

  it('is undefined where dense weights are to take the sparse format', () => {
    expect(encodeU85(weights, { ...u85, sparse: true }, boundaries)).toBeUndefined();
    expect(createEncoders().u85(weights, { ...u85, sparse: true }, boundaries)).toBeUndefined();
  });
});

describe('createEncoders', () => {
  it('remembers only what is equal', () => {
    const encoders = createEncoders();
    const shapes = [
      [40, 1, 1, 2],
      [40, 1, 1, 150],
      [40, 3, 3, 20],
      [40, 9, 2, 1],
    ] as const;
    fc.assert(
      fc.property(
        u85Layouts,
        fc.constantFrom(...shapes),
        fc.boolean(),
        fc.constantFrom<number[]>([], [16], [16, 32]),
        (some, shape, fast, cuts) => {
          const depthwise = some.traversal === 'depthwise';
          const layout = { ...some, fast: fast && !depthwise };
          const weights = depthwise
            ? syntheticWeights([shape[0], shape[1], shape[2], 1], 'depthwise')
            : syntheticWeights(shape, 'convolution');
          const boundaries = [0, ...cuts, shape[0]];
          const expected = encodeU85(weights, layout, boundaries);
          expect(encoders.u85(weights, layout, boundaries)).toEqual(expected);
          expect(encoders.u85(weights, { ...layout }, boundaries)).toEqual(expected);
        },
      ),
      { seed: 7, numRuns: 400 },
    );
  });

  it('asks for the values once per array, for both families', () => {
    const encoders = createEncoders();
    let asked = 0;
    const weights = syntheticWeights([32, 1, 1, 16], 'convolution');
    const counted = { ...weights, values: () => (asked++, weights.values()) };
    encoders.u55(counted, u55, [0, 32]);
    encoders.u85(counted, { ...u85, sparse: true }, [0, 32]);
    const whole = encoders.u85(counted, u85, [0, 32]);
    expect(encoders.u85(counted, { ...u85 }, [0, 32])).toBe(whole);
    encoders.u85(counted, { ...u85, fast: true }, [0, 32]);
    expect(asked).toBe(1);
  });
});
