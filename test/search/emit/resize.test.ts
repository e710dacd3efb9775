import { describe, expect, it } from 'vitest';
import type { ElementType, Quantisation, Tensor } from '../../../src/graph/network.js';
import { channelMap } from '../../../search/emit/kept-channels.js';
import { withEntries, withLastEntry } from '../../../search/emit/resize.js';

const constant = (
  type: ElementType,
  shape: readonly number[],
  bytes: Uint8Array | undefined,
  quantisation?: Quantisation,
): Tensor => ({
  name: 'c',
  type,
  shape,
  ...(quantisation && { quantisation }),
  constant: bytes === undefined ? {} : { bytes },
  variable: false,
});

const bytesOf = (array: ArrayBufferView<ArrayBuffer>): Uint8Array => new Uint8Array(array.buffer);
const map = (...from: number[]): Int32Array => Int32Array.from(from);
const contents = (tensor: Tensor): number[] => [...tensor.constant!.bytes!];

describe('constants with other channels', () => {
  it('keep channels in their places and pad with real zeros', () => {
    expect([...channelMap(map(3, 1, 0, 2), 2)]).toEqual([1, 3]);
    expect([...channelMap(map(3, 1, 0, 2), 6)]).toEqual([0, 1, 2, 3, -1, -1]);
    const q = { scales: [0.5], zeroPoints: [7], axis: 0 };
    const weights = constant('uint8', [3, 2], Uint8Array.of(1, 2, 3, 4, 5, 6), q);
    const both = [
      { axis: 0, map: map(0, 2, -1) },
      { axis: 1, map: map(1, -1) },
    ];
    const resized = withEntries(weights, both, 'zero');
    expect(resized.shape).toEqual([3, 2]);
    expect(resized.quantisation).toEqual(q);
    expect(contents(resized)).toEqual([2, 7, 6, 7, 7, 7]);
  });

  it('take the scales and zero points of their channels, whatever the axis', () => {
    const q = { scales: [0.1, 0.2, 0], zeroPoints: [1, 2, 3], axis: 1 };
    const weights = constant('int8', [2, 3], Uint8Array.of(10, 20, 30, 40, 50, 60), q);
    const resized = withEntries(weights, [{ axis: 1, map: map(2, 0, -1) }], 'zero');
    // A scale of 0 is never repeated.
    expect(resized.quantisation).toEqual({ scales: [0, 0.1, 0.2], zeroPoints: [3, 1, 2], axis: 1 });
    expect(contents(resized)).toEqual([30, 10, 2, 60, 40, 2]);
    // Along the other axis, a padded row holds the zero point of each column.
    expect(contents(withEntries(weights, [{ axis: 0, map: map(1, -1) }], 'zero'))).toEqual([
      40, 50, 60, 1, 2, 3,
    ]);
  });

  it('have elements of any whole number of bytes', () => {
    const int64 = constant('int64', [3], bytesOf(BigInt64Array.of(-5n, 2n ** 40n, 7n)));
    const resized = withEntries(int64, [{ axis: 0, map: map(1, 2, -1) }], 'zero').constant!.bytes!;
    expect([...new BigInt64Array(resized.slice().buffer)]).toEqual([2n ** 40n, 7n, 0n]);
    const q = { scales: [1], zeroPoints: [-2], axis: 0 };
    const int16 = constant('int16', [1, 2], bytesOf(Int16Array.of(300, -300)), q);
    const wider = withEntries(int16, [{ axis: 1, map: map(0, 1, -1) }], 'zero').constant!.bytes!;
    expect([...new Int16Array(wider.slice().buffer)]).toEqual([300, -300, -2]);
  });

  it('repeat the last value where anything will do', () => {
    const factors = constant('int8', [1, 1, 3], Uint8Array.of(1, 2, 3));
    const resized = withEntries(factors, [{ axis: 2, map: map(0, 1, 2, -1, -1) }], 'last');
    expect(contents(resized)).toEqual([1, 2, 3, 3, 3]);
  });

  it.each([
    ['without values', constant('int8', [2, 2], undefined)],
    ['whose elements share bytes', constant('int4', [2, 2], Uint8Array.of(1, 2))],
    ['with too few bytes', constant('int8', [2, 2], Uint8Array.of(1, 2, 3))],
  ])('are unknown of those %s', (_, tensor) => {
    const resized = withEntries(tensor, [{ axis: 0, map: map(1) }], 'zero');
    expect(resized.shape).toEqual([1, 2]);
    expect(resized.constant).toEqual({});
  });

  it('are copied when they are first read, and once', () => {
    const { constant: made } = withEntries(
      constant('int8', [2, 1], Uint8Array.of(1, 2)),
      [{ axis: 0, map: map(1) }],
      'zero',
    );
    expect(made!.bytes).toBe(made!.bytes);
  });
});

describe('shape constants', () => {
  it('have another last entry, unless it is whatever remains', () => {
    const last = (...entries: number[]): number[] => {
      const tensor = constant('int32', [2], bytesOf(Int32Array.from(entries)));
      return [...new Int32Array(withLastEntry(tensor, 5).constant!.bytes!.slice().buffer)];
    };
    expect(last(-1, 8)).toEqual([-1, 5]);
    expect(last(1, -1)).toEqual([1, -1]);
  });
});
