import fc from 'fast-check';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import type { WeightArray } from '../../src/weights/weight-array.js';
import { createEncoders, encodeU85, encodeWeights } from '../../src/weights/encoder.js';
import type { StreamLayout, U85StreamLayout } from '../../src/weights/encoding.js';
import { fillNormal } from '../../src/weights/normal.js';
import { measureStatistics } from '../../src/weights/statistics.js';

const layout: StreamLayout = {
  traversal: 'depth-first',
  blockDepth: 32,
  ofmUblockDepth: 8,
  ifmUblockDepth: 8,
  cores: 1,
  ifmBits: 8,
  dilationH: 1,
  dilationW: 1,
};

const u85Layout: U85StreamLayout = {
  traversal: 'depth-first',
  blockDepth: 32,
  ifmBlockDepth: 64,
  ofmUblockDepth: 8,
  macs: 256,
  cores: 1,
  ifmBits: 8,
  dilationH: 1,
  dilationW: 1,
  strideH: 1,
  strideW: 1,
  sparse: false,
  fast: false,
};

/** Bell-shaped weights of that deviation, a share of them zero. */
function weights(
  shape: WeightArray['shape'],
  deviation: number,
  zeroShare: number,
  seed: number,
): WeightArray {
  const length = shape.reduce((n, d) => n * d, 1);
  const normal = new Float64Array(length);
  fillNormal(xoroshiro128plus(seed), normal, length);
  const values = Int16Array.from(normal, (x, k) =>
    (k * 0.618_033_9) % 1 < zeroShare ? 0 : Math.max(-127, Math.min(127, Math.round(x * deviation))),
  );
  return {
    key: `${seed}:${shape.join()}`,
    shape,
    depthwise: false,
    predicted: false,
    values: () => values,
  };
}

const unknown = (like: WeightArray, shape: WeightArray['shape']): WeightArray => ({
  key: `unknown ${like.key} ${shape.join()}`,
  shape,
  depthwise: false,
  predicted: true,
  statistics: measureStatistics(like.values(), like.shape[0]),
  values: () => {
    throw new Error('predicted sizes need no values');
  },
});

describe('predicted sizes', () => {
  it('are within 3 % of what other weights of the same distribution take, or one unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 90 }),
        fc.integer({ min: 3, max: 90 }),
        fc.constantFrom(1, 3),
        fc.constantFrom(8, 20, 40),
        fc.constantFrom(0, 0, 0.6),
        fc.nat(1000),
        (outputs, inputs, kernel, deviation, zeroShare, seed) => {
          const shape = [outputs, kernel, kernel, inputs] as const;
          const like = weights([64, kernel, kernel, 64], deviation, zeroShare, seed + 1);
          const real = weights(shape, deviation, zeroShare, seed + 5000);
          const [exact, predicted] = [real, unknown(like, shape)].map((w) =>
            encodeWeights(w, layout, [0, outputs]),
          );
          const error = Math.abs(predicted!.weightBytes - exact!.weightBytes);
          // Few weights stray more from their distribution.
          expect(error).toBeLessThanOrEqual(Math.max(32, exact!.weightBytes * 0.03));
          expect(predicted!.scaleBytes).toBe(exact!.scaleBytes);
          expect(predicted!.sourceSize).toBe(exact!.sourceSize);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('add up over depth slices, with the padding of each', () => {
    const like = weights([64, 1, 1, 64], 30, 0, 1);
    const { u55 } = createEncoders();
    const encoding = u55(unknown(like, [40, 1, 1, 50]), layout, [0, 16, 32, 40]);
    expect(encoding.sourceSize).toBe(40 * 64);
    expect(encoding.rangeBytes).toHaveLength(3);
    expect(encoding.rangeBytes[0]).toBe(encoding.rangeBytes[1]);
    expect(encoding.rangeBytes.reduce((a, b) => a + b, 0)).toBe(encoding.allocatedBytes);
  });

  it('are exact in the fast format, and there are none in the sparse format of deep layers', () => {
    const like = weights([64, 1, 1, 64], 30, 0, 1);
    const shape = [40, 1, 1, 50] as const;
    const real = weights(shape, 30, 0, 2);
    const fast = { ...u85Layout, fast: true };
    expect(encodeU85(unknown(like, shape), fast, [0, 40])?.weightBytes).toBe(
      encodeU85(real, fast, [0, 40])?.weightBytes,
    );
    const sparse = { ...u85Layout, sparse: true };
    expect(encodeU85(unknown(like, shape), sparse, [0, 40])).toBeUndefined();
    const shallow = [40, 3, 3, 2] as const;
    const [predicted, exact] = [unknown(like, shallow), weights(shallow, 30, 0, 3)].map((w) =>
      encodeU85(w, { ...sparse, traversal: 'part-kernel', ifmBlockDepth: 16 }, [0, 40]),
    );
    expect(predicted?.sourceSize).toBe(exact?.sourceSize);
    expect(predicted!.weightBytes / exact!.weightBytes).toBeCloseTo(1, 1);
  });

  it('of nothing but zeros are those of one long run', () => {
    const none = weights([64, 1, 1, 64], 0, 0, 1);
    const shape = [48, 1, 1, 128] as const;
    const [predicted, exact] = [unknown(none, shape), weights(shape, 0, 0, 1)].map((w) =>
      encodeWeights(w, layout, [0, 48]),
    );
    expect(Math.abs(predicted!.weightBytes - exact!.weightBytes)).toBeLessThanOrEqual(16);
  });
});
