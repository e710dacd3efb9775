import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamSize } from '../../src/weights/stream-size.js';
import { plainStream } from './plain-coder.js';

const size = (w: readonly number[]): { bits: number; bytes: number; zeroCount: number; distinct: number } => {
  const { bits, bytes, zeroCount, values } = streamSize(Int16Array.from(w), w.length);
  return { bits, bytes, zeroCount, distinct: values.length };
};

const plain = (w: readonly number[]): ReturnType<typeof size> => {
  const { bits, bytes, zeroCount, distinct } = plainStream(w);
  return { bits, bytes, zeroCount, distinct: Math.min(distinct, 17) };
};

const series = (length: number, at: (i: number) => number): number[] =>
  Array.from({ length }, (_, i) => at(i));

const h5 = (i: number): number => {
  const k = (7 * i * i + 3 * i) % 64;
  return k < 32 ? (k % 5) - 2 : k < 56 ? (k % 21) - 10 : (k % 60) - 30;
};

const h6 = (i: number): number => (i < 1500 ? ((7 * i) % 5) - 2 : ((7919 * i) % 201) - 100);

/** Streams worked through by hand (docs/model/weights.md#coding): stream, bits, bytes, zero count, distinct count. */
const HAND_SIZE: readonly (readonly [string, number[], number, number, number, number])[] = [
  ['H1', series(16, () => 0), 76, 16, 15, 1],
  ['H2', series(100, () => 7), 155, 32, 0, 1],
  ['H3', [5, -3, ...series(10, () => 0), 7], 89, 16, 10, 4],
  ['H4', series(400, (i) => ((37 * i) % 101) - 50), 2839, 368, 0, 101],
  ['H5', series(1000, h5), 4069, 512, 0, 17],
  ['H6', series(3000, h6), 17509, 2192, 0, 201],
  ['H7', series(500, (i) => (i % 8 === 0 ? ((31 * i) % 127) + 1 : 0)), 1057, 144, 437, 64],
  ['H8', [3], 57, 16, 0, 1],
];

describe('streamSize', () => {
  it.each(HAND_SIZE)('gives the worked example %s', (_, w, bits, bytes, zeroCount, distinct) => {
    expect(size(w)).toEqual({ bits, bytes, zeroCount, distinct: Math.min(distinct, 17) });
    expect(plainStream(w)).toMatchObject({ bits, bytes, zeroCount, distinct });
  });
});

/** A stretch of weights with statistics of its own: uniform or bell-shaped, wide or narrow, sparse or dense. */
interface Stretch {
  readonly length: number;
  readonly width: number;
  readonly centre: number;
  readonly bell: boolean;
  /** Shares of zeros and of ±255 and other far values. */
  readonly zeros: number;
  readonly outliers: number;
  readonly seed: number;
}

const stretch: fc.Arbitrary<Stretch> = fc.record({
  length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 })),
  width: fc.constantFrom(0, 1, 2, 3, 5, 10, 25, 45, 70, 127, 255),
  centre: fc.constantFrom(0, 0, 0, 1, -7, 100),
  bell: fc.boolean(),
  zeros: fc.constantFrom(0, 0, 0.1, 0.5, 0.8, 0.97),
  outliers: fc.constantFrom(0, 0, 0.001, 0.02, 0.2),
  seed: fc.integer({ min: 1, max: 1 << 30 }),
});

const make = (stretches: readonly Stretch[]): number[] => {
  const w: number[] = [];
  for (const s of stretches) {
    let state = s.seed;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return (state >>> 8) / 2 ** 24;
    };
    for (let i = 0; i < s.length; i++) {
      let v = s.bell
        ? (random() + random() + random() + random() - 2) * s.width
        : (2 * random() - 1) * s.width;
      v += s.centre;
      if (random() < s.outliers) v = random() < 0.5 ? 510 * random() - 255 : random() < 0.5 ? -255 : 255;
      if (random() < s.zeros) v = 0;
      w.push(Math.max(-255, Math.min(255, Math.round(v))));
    }
  }
  return w;
};

describe('streamSize agrees with the plain coder', () => {
  it('on mixed statistics', () => {
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 8 }), (stretches) => {
        const w = make(stretches);
        expect(size(w)).toEqual(plain(w));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  /** Chunks end at 131072 weights, slices of the bit stream at 32767. */
  const around = (border: number, width: number, zeros: number, seed: number): number[] =>
    make([
      { length: border - 3, width, centre: 0, bell: true, zeros, outliers: 0.0005, seed },
      { length: 40, width: 0, centre: 0, bell: false, zeros: 1, outliers: 0, seed: 1 },
      { length: 500, width: 10, centre: 3, bell: false, zeros: 0.2, outliers: 0, seed },
    ]);

  it.each([
    ['a slice', around(32_767, 40, 0, 5)],
    ['a slice, sparse', around(32_767, 30, 0.9, 6)],
    ['a chunk', around(131_072, 60, 0, 7)],
    ['a chunk, sparse', around(131_072, 5, 0.97, 8)],
    ['a chunk, with a palette', around(131_072, 9, 0, 9)],
    ['one chunk exactly', around(131_072, 9, 0, 9).slice(0, 131_072)],
    ['a chunk of zeros and a single weight', [...series(131_072, () => 0), -255]],
    [
      'a calm that left all other sets far behind',
      [...series(60_000, (i) => i & 1), ...series(3000, (i) => h6(i + 1400))],
    ],
    ['a run over the end of a chunk', [...series(131_000, (i) => i % 251), ...series(3000, () => 0)]],
  ])('on weights around the end of %s', (_, w) => {
    expect(size(w)).toEqual(plain(w));
  });
});
