import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AxisOrder } from '../../../src/cost/operation.js';
import { findU85Config, isPartKernelFirst } from '../../../src/cost/u85/find-config.js';
import { u85ClassOf } from '../../../src/cost/u85/op-class.js';
import type { OpKind } from '../../../src/lowering/operations.js';
import { U85_ACCELERATORS } from '../../../src/npu/u85-tables.js';
import { accelerator, operation, SOME_WEIGHTS, view } from './fixtures.js';

const SEED = { seed: 20240607, numRuns: 300 };
const KINDS: readonly OpKind[] = [
  'Conv2D',
  'DepthwiseConv2D',
  'FullyConnected',
  'MatMul',
  'MaxPool',
  'MemoryCopy',
  'LUT',
  'Transpose',
  'ReduceSum',
  'ReduceMax',
  'ArgMax',
  'Add',
  'Resize',
];

const operations = fc.record({
  acc: fc.constantFrom(...U85_ACCELERATORS.values()),
  kind: fc.constantFrom(...KINDS),
  h: fc.integer({ min: 1, max: 70 }),
  w: fc.integer({ min: 1, max: 70 }),
  ifmC: fc.integer({ min: 1, max: 300 }),
  ofmC: fc.integer({ min: 1, max: 300 }),
  kernelH: fc.integer({ min: 1, max: 9 }),
  kernelW: fc.integer({ min: 1, max: 9 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  bits: fc.constantFrom(8, 16),
  sparse: fc.boolean(),
});

describe('block search', () => {
  it('gives blocks in whole ublocks that fit the buffers', () => {
    fc.assert(
      fc.property(operations, ({ acc, kind, h, w, ifmC, ofmC, bits, sparse, ...k }) => {
        const windowed = ['conv', 'depthwise', 'pool'].includes(u85ClassOf(kind));
        const stride = windowed ? k.stride : 1;
        const c = kind === 'Conv2D' || kind === 'FullyConnected' || kind === 'MatMul' ? ofmC : ifmC;
        const op = operation(
          kind,
          [view(h * stride, w * stride, ifmC, bits)],
          view(h, w, c, bits),
          windowed
            ? {
                height: k.kernelH,
                width: k.kernelW,
                strideH: stride,
                strideW: stride,
                dilationH: k.dilation,
                dilationW: k.dilation,
              }
            : {},
          { weights: SOME_WEIGHTS },
        );
        const opClass = u85ClassOf(kind);
        const config = findU85Config(op, acc, h, sparse && opClass === 'conv');
        // The only refusal: 2048 and 1024 MACs have no ublock for some; a 1×1 output area always has one.
        if (config === undefined) return;
        const ublock = acc.ublocks.find((u) => [u.h, u.w, u.c].join() === config.ublock.join())!;
        expect(ublock.classes[bits === 8 ? 0 : 1].has(opClass)).toBe(true);
        expect(config.ofmH).toBeGreaterThanOrEqual(1);
        if (opClass === 'resize') return;
        expect(config.ofmH % ublock.h).toBe(0);
        expect(config.ofmW % ublock.w).toBe(0);
        if (opClass === 'elementwise') return;
        const depth = Math.ceil(config.ofmC / 16) * 16;
        const accumulators = (config.ofmH * config.ofmW * depth * config.accumulatorBits) / 8;
        expect(accumulators).toBeLessThanOrEqual(acc.accumulatorBuffer);
      }),
      SEED,
    );
  });

  it('gives a stripe of the full height the blocks of the whole', () => {
    fc.assert(
      fc.property(operations, ({ acc, h, w, ifmC, ofmC, bits }) => {
        const op = operation('Conv2D', [view(h, w, ifmC, bits)], view(h, w, ofmC, bits));
        const whole = findU85Config(op, acc, h, false)!;
        const stripe = findU85Config(op, acc, Math.max(1, Math.floor(h / 2)), false)!;
        expect(stripe.ofmH).toBeLessThanOrEqual(Math.max(whole.ofmH, 128));
        expect(findU85Config(op, acc, h, false)).toEqual(whole);
      }),
      { ...SEED, numRuns: 60 },
    );
  });
});

describe('traversal', () => {
  // Four layers of examples.test.ts (docs/model/cycles-u85.md#traversal-and-accumulators).
  it.each([
    [1, 40, true, true],
    [144, 1, false, false],
    [16, 9, false, true],
    [64, 1, false, false],
  ])('depth %s, %s kernel elements, sparse %s: part-kernel-first %s', (depth, elements, sparse, expected) => {
    expect(isPartKernelFirst(depth, elements, sparse)).toBe(expected);
  });
});

describe('ublocks', () => {
  const ublockOf = (macs: number, kind: OpKind, bits: number, kernel = 1): string | undefined =>
    findU85Config(
      operation(
        kind,
        [view(16, 16, 64, bits)],
        view(16, 16, 32, bits),
        { height: kernel, width: kernel },
        { scaled: true },
      ),
      accelerator(macs),
      16,
      false,
    )?.ublock.join('x');

  it.each([
    ['Conv2D', 8, '1x2x8'],
    ['DepthwiseConv2D', 8, '1x1x16'],
    ['DepthwiseConv2D', 16, '1x2x8'],
    ['Add', 32, '1x2x8'],
  ] as const)('on 128 MACs, %s with %s bits runs in %s', (kind, bits, expected) => {
    expect(ublockOf(128, kind, bits)).toBe(expected);
  });

  it('lets a 16-bit convolution use the deep ublock of 256 MACs only if it is pointwise', () => {
    expect(ublockOf(256, 'Conv2D', 16, 1)).toBe('1x2x16');
    expect(ublockOf(256, 'Conv2D', 16, 3)).toBe('1x4x8');
  });

  it('has none for a 32-bit convolution, and counts wide copies as bytes', () => {
    expect(ublockOf(512, 'Conv2D', 32)).toBeUndefined();
    expect(ublockOf(512, 'MemoryCopy', 32)).toBe('2x2x16');
  });
});

describe('transposed results', () => {
  const transpose = (order: AxisOrder, h: number, w: number, c: number) =>
    findU85Config(
      operation('Transpose', [view(16, 16, 8)], view(h, w, c), {}, { ofmOrder: order }),
      accelerator(256),
      h,
      false,
    )!;

  it('takes blocks in the order in which they are computed, 16 wide where the width becomes the depth', () => {
    const plain = findU85Config(
      operation('Transpose', [view(16, 16, 8)], view(16, 16, 8)),
      accelerator(256),
      16,
      false,
    )!;
    expect([plain.ofmH, plain.ofmW, plain.ofmC]).toEqual([16, 16, 16]);
    const swapped = transpose([0, 1, 3, 2], 16, 8, 16);
    expect(swapped.ofmW % 16).toBe(0);
    expect(swapped.ofmC % 16).toBe(0);
  });
});
