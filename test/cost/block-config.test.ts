import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CostOp } from '../../src/cost/operation.js';
import { convolutionTraversal, findBlockConfig } from '../../src/cost/u55/block-config.js';
import type { U55Accelerator } from '../../src/npu/u55-tables.js';
import { accelerator, ALL_ACCELERATORS, anyOperation, kernel, operation, view } from './operations.js';
import { plainBlockSearch, plainTraversal, wideAccumulator } from './plain-blocks.js';

/** OFM block and IFM block, H, W, C each. */
function blocks(op: CostOp, acc: U55Accelerator, stripeH = op.ofm.shape[1]): number[] | undefined {
  const c = findBlockConfig(op, acc, stripeH);
  return c && [c.ofmH, c.ofmW, c.ofmC, c.ifmH, c.ifmW, c.ifmC];
}

const plain = (op: CostOp, acc: U55Accelerator, stripeH = op.ofm.shape[1]): number[] | undefined => {
  const choice = plainBlockSearch(op, acc, stripeH).at(-1);
  return choice && [...choice.ofm, ...choice.ifm];
};

test('the block of least cost is the one that a search by the letter finds', () => {
  fc.assert(
    fc.property(
      anyOperation,
      fc.constantFrom(...ALL_ACCELERATORS),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (op, acc, share) => {
        const full = op.ofm.shape[1];
        const stripe = share > 0.6 ? Math.max(1, Math.ceil(full * (share - 0.6))) : full;
        expect(blocks(op, acc, stripe)).toEqual(plain(op, acc, stripe));
        const config = findBlockConfig(op, acc, stripe);
        if (config === undefined) return;
        expect(config.accumulatorBits).toBe(wideAccumulator(op) ? 40 : 32);
        expect(config.traversal).toBe(plainTraversal(op));
      },
    ),
    { seed: 55, numRuns: 2000 },
  );
});

test('the same for operations of one row on cores of 256 MACs', () => {
  const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
  fc.assert(
    fc.property(size(150), size(128), size(96), size(5), size(2), (w, c, depth, kx, ky) => {
      const op = operation('Conv2D', [view([1, ky, w + kx - 1, depth])], view([1, 1, w, c]), {
        kernel: kernel(ky, kx),
      });
      expect(blocks(op, accelerator('u55-256'))).toEqual(plain(op, accelerator('u55-256')));
    }),
    { seed: 59, numRuns: 500 },
  );
});

describe('traversal of a convolution (docs/model/cycles-u55-u65.md#traversal)', () => {
  test.each([
    ['up to 8 channels', 8, 1, 8, 'part-kernel'],
    ['16 channels, 3×3: 3/4 against 1/2', 16, 9, 8, 'part-kernel'],
    ['16 channels, 1×1: 1/4 against 1/2', 16, 1, 8, 'depth-first'],
    ['16 channels, 1×2: a tie', 16, 2, 8, 'part-kernel'],
    ['32 channels, 3×3: 3/4 against 1', 32, 9, 8, 'depth-first'],
    ['40 channels, 3×3: 3/4 against 5/8', 40, 9, 8, 'part-kernel'],
    ['int16, 16 channels, 1×2: a tie', 16, 2, 16, 'part-kernel'],
    ['int16, 16 channels, 3×3: 9/10 against 1', 16, 9, 16, 'depth-first'],
    ['int16, 24 channels, 3×3: 9/10 against 3/4', 24, 9, 16, 'part-kernel'],
  ])('%s', (_, depth, elements, bits, traversal) => {
    expect(convolutionTraversal(depth, elements, bits)).toBe(traversal);
  });
});

describe('limits of the SHRAM (docs/model/cycles-u55-u65.md#block-fit)', () => {
  test('one row: half the accumulators of a block of two rows are enough', () => {
    const row = operation('Conv2D', [view([1, 1, 64, 32])], view([1, 1, 64, 128]));
    // 64 · 64 · 4 bytes take 32 banks, with the IFM's 10 they end at 42 of 46; two rows would take 64 banks.
    expect(blocks(row, accelerator('u55-256'))).toEqual([2, 64, 64, 2, 64, 32]);
    // A kernel of three rows makes both rows of the block count.
    const tall = operation('Conv2D', [view([1, 3, 64, 32])], view([1, 1, 64, 128]), { kernel: kernel(3, 1) });
    expect(blocks(tall, accelerator('u55-256'))).toEqual([2, 32, 64, 4, 32, 32]);
    // Accelerators with a ublock of one row have no such rule.
    expect(blocks(row, accelerator('u55-128'))).toEqual([1, 64, 32, 1, 64, 32]);
  });

  test('a look-up table takes two banks where none are kept free', () => {
    const scalarAdd = (usesLut: boolean): CostOp =>
      operation('Add', [view([1, 64, 64, 16]), view([1, 1, 1, 1])], view([1, 64, 64, 16]), { usesLut });
    // 14 banks hold 7 · 64 · 16 bytes twice, 12 banks 6 · 64 · 16.
    expect(blocks(scalarAdd(false), accelerator('u55-64'))?.slice(0, 3)).toEqual([7, 64, 16]);
    expect(blocks(scalarAdd(true), accelerator('u55-64'))?.slice(0, 3)).toEqual([6, 64, 16]);
    for (const name of ['u55-128', 'u55-256', 'u65-256', 'u65-512']) {
      const acc = accelerator(name);
      expect(blocks(scalarAdd(true), acc)).toEqual(blocks(scalarAdd(false), acc));
    }
  });

  test('an elementwise operation keeps both inputs, but not a scalar of up to 16 bits', () => {
    const add = (second: [number, number, number, number], bits: number): CostOp =>
      operation(
        'Add',
        [view([1, 64, 64, 16], { bits }), view(second, { bits })],
        view([1, 64, 64, 16], { bits }),
      );
    const acc = accelerator('u55-128');
    expect(blocks(add([1, 64, 64, 16], 8), acc)?.slice(0, 3)).toEqual([4, 64, 16]);
    expect(blocks(add([1, 1, 1, 1], 8), acc)?.slice(0, 3)).toEqual([10, 64, 16]);
    expect(blocks(add([1, 1, 1, 1], 16), acc)?.slice(0, 3)).toEqual([5, 64, 16]);
    expect(blocks(add([1, 1, 1, 1], 32), acc)).toEqual(blocks(add([1, 64, 64, 16], 32), acc));
  });

  test('scaled int16 has 40-bit accumulators and an IFM block of 16 channels', () => {
    const wide = (scaled: boolean): CostOp =>
      operation('Conv2D', [view([1, 16, 16, 32], { bits: 16 })], view([1, 16, 16, 64]), {
        kernel: kernel(3, 3),
        scaled,
      });
    const acc = accelerator('u55-64');
    // 6 · 8 · 16 accumulators of 5 bytes take 8 banks; 10 · 6 · 16 would take 16.
    expect(blocks(wide(true), acc)).toEqual([6, 8, 16, 8, 10, 16]);
    expect(findBlockConfig(wide(true), acc, 16)?.accumulatorBits).toBe(40);
    expect(blocks(wide(false), acc)).toEqual([10, 6, 16, 12, 8, 16]);
    expect(findBlockConfig(wide(false), acc, 16)?.accumulatorBits).toBe(32);
    const pool = operation('MaxPool', [view([1, 8, 8, 8], { bits: 16 })], view([1, 8, 8, 8], { bits: 16 }));
    expect(findBlockConfig(pool, acc, 8)?.accumulatorBits).toBe(32);
  });

  test('depths are multiples of 16 but for the last', () => {
    const op = operation('Conv2D', [view([1, 8, 8, 8])], view([1, 8, 8, 40]));
    expect(blocks(op, accelerator('u55-32'))).toEqual([5, 8, 32, 5, 8, 8]);
    const narrow = operation('Conv2D', [view([1, 8, 8, 8])], view([1, 8, 8, 12]));
    expect(blocks(narrow, accelerator('u55-32'))?.[2]).toBe(12);
    expect(blocks(narrow, accelerator('u55-64'))?.[2]).toBe(16);
  });

  test('there may be no block at all', () => {
    const op = operation('MaxPool', [view([1, 700, 700, 16])], view([1, 2, 2, 16]), {
      kernel: kernel(8, 8, [300, 300]),
    });
    expect(blocks(op, accelerator('u55-256'))).toBeUndefined();
    expect(blocks(op, accelerator('u55-64'))?.slice(0, 3)).toEqual([1, 1, 16]);
  });
});

describe('shapes that the search works on', () => {
  test('an upscaled IFM needs half as many rows and columns', () => {
    const up = (upscale: CostOp['upscale']): CostOp =>
      operation('Conv2D', [view([1, 8, 8, 16])], view([1, 16, 16, 16]), { kernel: kernel(3, 3), upscale });
    const acc = accelerator('u55-128');
    expect(blocks(up('nearest'), acc)).toEqual([8, 16, 16, 6, 10, 16]);
    expect(blocks(up('zeros'), acc)).toEqual([8, 16, 16, 5, 10, 16]);
  });

  test('a stripe limits the OFM and the rows of the IFM', () => {
    const op = operation('Conv2D', [view([1, 96, 96, 3])], view([1, 48, 48, 8]), {
      kernel: kernel(3, 3, [2, 2]),
    });
    const acc = accelerator('u55-128');
    expect(blocks(op, acc, 48)).toEqual([8, 16, 8, 17, 34, 8]);
    expect(blocks(op, acc, 1)).toEqual([1, 48, 8, 3, 98, 8]);
  });

  test('a copy of 32-bit elements is searched as 16-bit elements of twice the depth', () => {
    const copy = (bits: number, c: number): CostOp =>
      operation('MemoryCopy', [view([1, 20, 20, c], { bits })], view([1, 20, 20, c], { bits }));
    for (const acc of ALL_ACCELERATORS) {
      expect(blocks(copy(32, 24), acc)).toEqual(blocks(copy(16, 48), acc));
      expect(blocks(copy(64, 12), acc)).toEqual(blocks(copy(16, 48), acc));
    }
  });

  test('of two inputs the larger counts, of equal ones the first', () => {
    const row = view([1, 1, 40, 16]);
    const whole = view([1, 40, 40, 16]);
    for (const acc of ALL_ACCELERATORS) {
      expect(blocks(operation('Add', [row, whole], whole), acc)).toEqual(
        blocks(operation('Add', [whole, whole], whole), acc),
      );
    }
  });

  test('a MatMul has a block for the product and one for the reduction, both of a third of the width', () => {
    const matmul = operation('MatMul', [view([1, 4, 48, 32]), view([1, 4, 10, 32])], view([1, 4, 48, 10]));
    const third = view([1, 4, 16, 32]);
    const product = operation('Mul', [third, third], third);
    const wide = view([1, 4, 16, 32], { bits: 32 });
    const reduction = operation('ReduceSum', [wide], view([1, 4, 16, 1]));
    for (const acc of ALL_ACCELERATORS) {
      const config = findBlockConfig(matmul, acc, 4)!;
      const part = config.reduction!;
      expect(blocks(matmul, acc)).toEqual(plain(product, acc));
      expect([part.ofmH, part.ofmW, part.ofmC, part.ifmH, part.ifmW, part.ifmC]).toEqual(
        plain(reduction, acc),
      );
    }
  });

  test('a MatMul is cut in height where that is above 32, and not at all where both are small', () => {
    const wide = (h: number, w: number): CostOp =>
      operation('MatMul', [view([1, h, w, 16]), view([1, h, 6, 16])], view([1, h, w, 6]));
    const acc = accelerator('u55-64');
    const like = (h: number, w: number): number[] | undefined =>
      plain(operation('Mul', [view([1, h, w, 16]), view([1, h, w, 16])], view([1, h, w, 16])), acc);
    expect(blocks(wide(33, 20), acc)).toEqual(like(33, 20));
    expect(blocks(wide(8, 11), acc)).toEqual(like(8, 6));
    expect(blocks(wide(8, 7), acc)).toEqual(like(8, 7));
    expect(blocks(wide(8, 70), acc)).toEqual(like(8, 70));
  });
});
