import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/graph/network.js';
import type { LoweringFamily } from '../../src/lowering/target.js';
import { scalePair } from '../../src/lowering/scale-pair.js';
import { lowerFor } from './goldens.js';
import { NetworkDraft } from './networks.js';

const SHAPE = [1, 4, 4, 8];

/** The 32-bit constants that operations read, in order of execution. */
const constantsOf = (network: Network, family: LoweringFamily = 'u55'): number[] =>
  lowerFor(network, family)
    .flatMap((op) => [op, ...op.subs])
    .flatMap(({ ifms }) =>
      ifms.flatMap(({ tensor }) => {
        const bytes = tensor.constant?.bytes;
        return bytes?.length === 4 ? [new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)] : [];
      }),
    );

describe('constants of the lowering (docs/model/lowering.md#squared-difference, C1, C2)', () => {
  it('MEAN of 16 elements with equal scales multiplies by 2^30', () => {
    const n = new NetworkDraft();
    const y = n.operator('MEAN', [n.input(SHAPE), n.parameter([1, 2])], [n.tensor([1, 1, 1, 8])], {
      keep_dims: true,
    });
    expect(constantsOf(n.network([y]))).toEqual([2 ** 30]);
  });

  it('MEAN of 12 elements divides the shifted multiplier', () => {
    const n = new NetworkDraft();
    const y = n.operator('MEAN', [n.input([1, 3, 4, 8]), n.parameter([1, 2])], [n.tensor([1, 1, 1, 8])], {
      keep_dims: true,
    });
    expect(constantsOf(n.network([y]))).toEqual([Math.floor((2 ** 30 * 2 ** 3) / 12)]);
  });

  it('SQUARED_DIFFERENCE of equal scales has 2^30 twice', () => {
    const n = new NetworkDraft();
    const x = n.input(SHAPE);
    const y = n.operator('SQUARED_DIFFERENCE', [x, x], [n.tensor(SHAPE)]);
    const values = constantsOf(n.network([y]));
    expect(values).toHaveLength(3);
    expect(values.filter((value) => value === 2 ** 30)).toHaveLength(2);
    // 0.1² / (2^14 · 0.05)
    expect(values).toContain(scalePair(0.01 / (2 ** 14 * 0.05)).multiplier);
  });

  it('SUM on Ethos-U85 takes off the zero point times the depth', () => {
    const n = new NetworkDraft();
    const x = n.input(SHAPE, { scale: 0.05, zeroPoint: 7 });
    const y = n.operator('SUM', [x, n.parameter([3])], [n.tensor([1, 4, 4, 1])], { keep_dims: true });
    expect(constantsOf(n.network([y]), 'u85')).toEqual([7 * 8]);
  });
});

describe('8-bit tables', () => {
  const tablesOf = (kind: string, scales: readonly (readonly [number, number])[]): Set<string> => {
    const n = new NetworkDraft();
    const outputs = scales.map(([ifm, ofm]) =>
      n.operator(kind, [n.input(SHAPE, { scale: ifm })], [n.tensor(SHAPE, { scale: ofm, zeroPoint: -128 })]),
    );
    return new Set(lowerFor(n.network(outputs), 'u55').map(({ lut }) => lut!.key));
  };

  it('are one where their entries are equal', () => {
    expect(
      tablesOf('LOGISTIC', [
        [4, 1 / 256],
        [4.01, 1 / 256],
        [0.05, 1 / 256],
      ]).size,
    ).toBe(2);
    expect(
      tablesOf('TANH', [
        [0.1, 1 / 128],
        [0.2, 1 / 128],
      ]).size,
    ).toBe(2);
  });

  it('of functions that are not known entry by entry differ in their scales', () => {
    expect(
      tablesOf('HARD_SWISH', [
        [4, 1 / 256],
        [4.01, 1 / 256],
      ]).size,
    ).toBe(2);
  });
});

describe('scales as pairs of integers (docs/model/lowering.md#scales)', () => {
  it('keeps the value, and 0 where the shift would be too long', () => {
    expect(scalePair(1)).toEqual({ multiplier: 2 ** 30, shift: 30 });
    expect(scalePair(0.75)).toEqual({ multiplier: 0.75 * 2 ** 31, shift: 31 });
    expect(scalePair(2 ** -64)).toEqual({ multiplier: 0, shift: 0 });
    expect(scalePair(0.75, 15)).toEqual({ multiplier: 0.75 * 2 ** 15, shift: 15 });
  });
});
