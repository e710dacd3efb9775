import { describe, expect, it } from 'vitest';
import { weightsFromBytes } from '../../src/weights/from-bytes.js';

const raw = {
  key: 'k',
  bytes: Uint8Array.of(0, 1, 2, 3, 4, 253, 254, 255),
  type: 'int8',
  shape: [2, 2, 2, 1],
  order: 'OHWI',
  depthwise: false,
  zeroPoints: [],
} as const;

const values = (change: Partial<Parameters<typeof weightsFromBytes>[0]>): number[] =>
  Array.from(weightsFromBytes({ ...raw, ...change }).values());

describe('weightsFromBytes', () => {
  it('reads signed and unsigned bytes and takes the zero point off', () => {
    expect(values({})).toEqual([0, 1, 2, 3, 4, -3, -2, -1]);
    expect(values({ type: 'uint8', zeroPoints: [128] })).toEqual([
      -128, -127, -126, -125, -124, 125, 126, 127,
    ]);
  });

  it('brings the channels of a depthwise filter to the front', () => {
    expect(values({ order: '1HWC', depthwise: true })).toEqual([0, 2, 4, -2, 1, 3, -3, -1]);
  });

  it('mirrors kernels', () => {
    expect(values({ mirrored: true })).toEqual([3, 2, 1, 0, -1, -2, -3, 4]);
    expect(values({ shape: [1, 2, 2, 2], mirrored: true })).toEqual([-2, -1, 4, -3, 2, 3, 0, 1]);
  });

  it('indexes several zero points by IFM channel, for depthwise by output channel', () => {
    expect(values({ shape: [2, 2, 1, 2], zeroPoints: [0, 10] })).toEqual([0, -9, 2, -7, 4, -13, -2, -11]);
    expect(values({ depthwise: true, zeroPoints: [0, 10] })).toEqual([0, 1, 2, 3, -6, -13, -12, -11]);
  });

  it('takes a view into a larger buffer', () => {
    expect(values({ bytes: new Uint8Array([9, 9, ...raw.bytes]).subarray(2) })).toEqual([
      0, 1, 2, 3, 4, -3, -2, -1,
    ]);
  });
});
