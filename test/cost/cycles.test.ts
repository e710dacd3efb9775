import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findBlockConfig, type U55Config } from '../../src/cost/u55/block-config.js';
import { outputCyclesPerElement, runCycles } from '../../src/cost/u55/cycles.js';
import { EDGE, noParts, type CyclesParts } from '../../src/cost/model.js';
import { copyCycles, operationCycles, readCycles } from '../../src/cost/u55/model.js';
import type { CostOp } from '../../src/cost/operation.js';
import { countElements } from '../../src/cost/u55/traffic.js';
import { transfer } from '../../src/cost/u55/transfer.js';
import type { Memory } from '../../src/npu/system.js';
import {
  accelerator,
  ALL_ACCELERATORS,
  anyOperation,
  featureMapBytes,
  kernel,
  operation,
  U55_FLASH,
  U55_SRAM,
  U65_DRAM,
  U65_SRAM,
  view,
  wholeCall,
} from './operations.js';
import { plainBytes, plainElements, plainRunCycles, type PlainBlocks } from './plain-cycles.js';

const ALL_MEMORIES: readonly Memory[] = [U55_SRAM, U55_FLASH, U65_SRAM, U65_DRAM];

const blocksOf = (c: U55Config): PlainBlocks => ({
  ofm: [c.ofmH, c.ofmW, c.ofmC],
  ifm: [c.ifmH, c.ifmW, c.ifmC],
  wide: c.accumulatorBits === 40,
  traversal: c.traversal,
});

const memory = fc.constantFrom(...ALL_MEMORIES);

test('cycles and traffic of any operation are those of a calculation by the letter', () => {
  fc.assert(
    fc.property(
      anyOperation,
      fc.constantFrom(...ALL_ACCELERATORS),
      fc.tuple(memory, memory, memory),
      fc.constantFrom(32, 64, 500),
      (op, acc, places, latency) => {
        const config = findBlockConfig(op, acc, op.ofm.shape[1]);
        if (config === undefined) return;
        const blocks = blocksOf(config);
        const memories = { ifms: places.slice(0, 2), ofm: places[2], weightLatency: latency };
        const call = wholeCall(op, places, latency);
        expect(runCycles(op, config, acc, call)).toBe(plainRunCycles(op, acc, blocks, memories));
        const elements = countElements(op, config, call);
        expect(elements).toEqual(plainElements(op, blocks));
        const bytes = featureMapBytes(op, config, acc, elements, places);
        expect(bytes).toEqual(plainBytes(op, acc, blocks, memories));
      },
    ),
    { seed: 56, numRuns: 2000 },
  );
});

const SRAM3 = [U55_SRAM, U55_SRAM, U55_SRAM] as const;

/** Parts of a whole operation with everything in SRAM, and its run cycles. */
function parts(op: CostOp, name: string, latency = 32): CyclesParts & { readonly run: number } {
  const acc = accelerator(name);
  const config = findBlockConfig(op, acc, op.ofm.shape[1])!;
  const result = noParts();
  const run = runCycles(op, config, acc, wholeCall(op, SRAM3, latency), result);
  return { ...result, run };
}

describe('MAC cycles of a block (docs/model/cycles-u55-u65.md#mac-cycles)', () => {
  const toOnePixel = (bits: number): CostOp =>
    operation('Conv2D', [view([1, 3, 3, 16], { bits })], view([1, 1, 1, 8], { bits }), {
      kernel: kernel(3, 3),
    });

  test('delays of blocks of one ublock', () => {
    // Part-kernel: 3 steps over 2 bricks; one ublock in depth: 2 more cycles per step.
    expect(parts(toOnePixel(8), 'u55-128').macBlock).toBe((32 * 3 + 2 * 3) * 2);
    // Two ublocks in depth: a delay between the 3 steps of each only.
    expect(parts(toOnePixel(8), 'u55-32').macBlock).toBe((16 * 3 * 2 + 3 * 2 * 2) * 2);
    // Depth-first with 40-bit accumulators: 9 steps, and ethos-u55-32 waits once more per ublock in depth.
    expect(parts(toOnePixel(16), 'u55-32').macBlock).toBe(16 * 9 * 2 + 7 * 8 * 2 + 7 * 2);
    expect(parts(toOnePixel(16), 'u55-64').macBlock).toBe(32 * 9 + 3 * 9);
    expect(parts(toOnePixel(16), 'u55-256').macBlock).toBe(32 * 9 + 2 * 9);
  });

  test('ethos-u55-32 also waits in rows of several ublocks with 40-bit accumulators', () => {
    const row = (bits: number): CostOp =>
      operation('Conv2D', [view([1, 1, 6, 16], { bits })], view([1, 1, 6, 8], { bits }));
    expect(parts(row(16), 'u55-32').macBlock).toBe(Math.max(16, 4 * 6) * 2 + 7 * 2);
    expect(parts(row(8), 'u55-32').macBlock).toBe(Math.max(16, 4 * 6) * 2);
    expect(parts(row(16), 'u55-64').macBlock).toBe(Math.max(32, 4 * 6));
  });

  test('a vector product has no kernel steps to wait between', () => {
    const op = operation('FullyConnected', [view([1, 1, 1, 64])], view([1, 1, 1, 12]));
    expect(parts(op, 'u55-32').macBlock).toBe(16 * 3 * 2);
    expect(parts(op, 'u55-64').macBlock).toBe(32 * 2 * 2);
    const narrow = operation('FullyConnected', [view([1, 1, 1, 64])], view([1, 1, 1, 4]));
    expect(parts(narrow, 'u55-32').macBlock).toBe((16 + 3) * 2);
  });

  test('one row of even width is worked on four columns at a time by cores of 256 MACs', () => {
    const row = (w: number, k = kernel(1, 1)): CostOp =>
      operation('Conv2D', [view([1, 1, w, 32])], view([1, 1, w, 8]), { kernel: k });
    // 12 columns are 3 ublocks of 4; as ublocks of 2×2 they would be 6.
    expect(parts(row(12), 'u55-256').macBlock).toBe(32);
    expect(parts(row(64), 'u55-256').macBlock).toBe(4 * 16);
    expect(parts(row(63), 'u55-256').macBlock).toBe(4 * 32);
    expect(parts(row(64, kernel(3, 1)), 'u55-256').macBlock).toBe(4 * 32 * 3);
    expect(parts(row(64), 'u55-128').macBlock).toBe(4 * 32);
    const depthwise = operation('DepthwiseConv2D', [view([1, 1, 64, 8])], view([1, 1, 64, 8]));
    expect(parts(depthwise, 'u55-256').macBlock).toBe(4 * 32);
  });

  test('large kernels are cut into sub-kernels of 8×8', () => {
    const op = operation('Conv2D', [view([1, 9, 11, 8])], view([1, 1, 1, 8]), { kernel: kernel(9, 11) });
    // 64, 24, 8 and 3 elements in steps of 4, each step one ublock with its delay.
    expect(parts(op, 'u55-128').macBlock).toBe((32 + 2) * (16 + 6 + 2 + 1));
  });

  test('two cores share a block', () => {
    fc.assert(
      fc.property(anyOperation, (op) => {
        const [one, two] = [accelerator('u65-256'), accelerator('u65-512')];
        const config = findBlockConfig(op, one, op.ofm.shape[1]);
        expect(findBlockConfig(op, two, op.ofm.shape[1])).toEqual(config);
        if (config === undefined || op.opClass === 'elementwise') return;
        const single = parts(op, 'u65-256');
        const shared = parts(op, 'u65-512');
        expect(shared.macBlock).toBe(Math.floor(single.macBlock / 2));
        expect(shared.blocks).toBe(single.blocks);
      }),
      { seed: 57, numRuns: 200 },
    );
  });
});

describe('output stage (docs/model/cycles-u55-u65.md#output-rates)', () => {
  const bits = (n: number): { bits: number } => ({ bits: n });
  const shape = [1, 4, 4, 16] as const;
  const maps = (ifm: number, ofm: number) =>
    [[view(shape, bits(ifm)), view(shape, bits(ifm))], view(shape, bits(ofm))] as const;
  const rate = (op: CostOp, name: string, accumulator = 32): number =>
    outputCyclesPerElement(op, accelerator(name), accumulator);

  test('rates by operation on ethos-u55-128', () => {
    const relu = { activation: 1 } as const;
    expect(rate(operation('Add', ...maps(8, 8), relu), 'u55-128')).toBe(1.5);
    expect(rate(operation('Sub', ...maps(16, 32), relu), 'u55-128')).toBe(1.5);
    expect(rate(operation('Add', ...maps(32, 32), relu), 'u55-128')).toBe(1.25);
    expect(rate(operation('Mul', ...maps(8, 32), relu), 'u55-128')).toBe(0.75);
    expect(rate(operation('Mul', ...maps(32, 32), relu), 'u55-128')).toBe(1.25);
    expect(rate(operation('CLZ', [view(shape, bits(32))], view(shape, bits(32)), relu), 'u55-128')).toBe(
      0.75,
    );
    expect(rate(operation('Maximum', ...maps(8, 8), relu), 'u55-128')).toBe(0.5);
    expect(rate(operation('MaxPool', [view(shape)], view(shape), { activation: 2 }), 'u55-128')).toBe(0.25);
    expect(rate(operation('ReduceMax', [view(shape)], view(shape), { activation: 2 }), 'u55-128')).toBe(0.5);
    expect(rate(operation('Conv2D', [view(shape)], view(shape), relu), 'u55-128', 40)).toBe(0.75);
  });

  test('without a fused activation, or with a table, at least one cycle per element', () => {
    const conv = (activation: 0 | 1 | 2): CostOp =>
      operation('Conv2D', [view(shape)], view(shape), { activation });
    const rates = (name: string): number[] => ([0, 1, 2] as const).map((a) => rate(conv(a), name));
    expect(rates('u55-32')).toEqual([2, 2, 2]);
    expect(rates('u55-64')).toEqual([1, 1, 1]);
    expect(rates('u55-128')).toEqual([1, 0.5, 0.5]);
    expect(rates('u55-256')).toEqual([1, 0.25, 0.25]);
    expect(rates('u65-512')).toEqual([0.5, 0.125, 0.125]);
  });

  test('the bias stage can be the slowest', () => {
    const op = operation('FullyConnected', [view([1, 1, 1, 8])], view([1, 1, 1, 128]), { activation: 1 });
    // 128 outputs take 32 cycles; their scales 10 · 128 / 256 times the latency.
    expect(parts(op, 'u55-256', 2).outputCycles).toBe(32);
    expect(parts(op, 'u55-256', 500).outputCycles).toBe(2500);
    const pool = operation('MaxPool', [view([1, 1, 1, 128])], view([1, 1, 1, 128]), { activation: 1 });
    expect(parts(pool, 'u55-256', 500).outputCycles).toBe(32);
  });
});

describe('parts of an operation (docs/model/cycles-u55-u65.md#run-cycles)', () => {
  test('a first slice fetches its IFM, a last one drains the output', () => {
    fc.assert(
      fc.property(anyOperation, fc.constantFrom(...ALL_ACCELERATORS), (op, acc) => {
        const config = findBlockConfig(op, acc, op.ofm.shape[1]);
        if (config === undefined || op.opClass === 'elementwise') return;
        const p = noParts();
        const cycles = (edge: number): number =>
          runCycles(op, config, acc, { ...wholeCall(op, SRAM3, 32), edge }, p);
        const [middle, first, last, whole] = [EDGE.middle, EDGE.first, EDGE.last, EDGE.whole].map(cycles) as [
          number,
          number,
          number,
          number,
        ];
        expect(first).toBe(middle + p.ifmIn);
        expect(whole).toBe(last + p.ifmIn);
        expect(last).toBeGreaterThanOrEqual(middle + p.ofmOut);
      }),
      { seed: 58, numRuns: 300 },
    );
  });
});

describe('transfers (docs/model/cycles-u55-u65.md#bursts)', () => {
  const args = { burstLength: 32, bits: 8, cores: 1 };
  const moved = (
    direction: 'read' | 'write',
    format: 'NHWC' | 'NHCWB16',
    [blockW, blockC]: readonly [number, number],
    [shapeW, shapeC]: readonly [number, number],
    count: number,
    { burstLength, bits, cores }: typeof args = args,
  ): number => transfer(direction, burstLength, format, bits, blockW, blockC, shapeW, shapeC, cores, count);

  test('bricks fill a burst but for narrow blocks', () => {
    expect(moved('read', 'NHCWB16', [8, 16], [5, 64], 1280)).toBe(1280);
    expect(moved('read', 'NHCWB16', [1, 16], [5, 64], 1280)).toBe(2560);
    expect(moved('write', 'NHCWB16', [1, 16], [5, 64], 1280)).toBe(2560);
    expect(moved('write', 'NHCWB16', [1, 16], [5, 64], 1280, { ...args, cores: 2 })).toBe(1280);
    expect(moved('read', 'NHCWB16', [1, 16], [5, 64], 1280, { ...args, bits: 16 })).toBe(1280);
    expect(moved('read', 'NHCWB16', [1, 32], [2, 64], 1280)).toBe(1280);
  });

  test('rows of pixels are read channel by channel unless the depth is the block’s', () => {
    expect(moved('read', 'NHWC', [14, 8], [10, 1], 260)).toBe(1040);
    expect(moved('read', 'NHWC', [14, 8], [10, 8], 260)).toBe(260);
    expect(moved('read', 'NHWC', [2, 8], [10, 8], 260)).toBe(520);
    // int16: the byte stride of 4 channels equals a block depth of 8.
    expect(moved('read', 'NHWC', [14, 8], [10, 4], 260, { ...args, bits: 16 })).toBe(260);
  });

  test('rows of pixels are written in at most 16 channels per core and 64 bytes', () => {
    expect(moved('write', 'NHWC', [2, 16], [1, 12], 12)).toBe(24);
    expect(moved('write', 'NHWC', [2, 16], [1, 16], 12)).toBe(12);
    expect(moved('write', 'NHWC', [2, 64], [1, 64], 64)).toBe(128);
    expect(moved('write', 'NHWC', [2, 64], [1, 64], 64, { ...args, cores: 2 })).toBe(64);
    const long = { burstLength: 128, bits: 32, cores: 2 };
    expect(moved('write', 'NHWC', [2, 64], [1, 64], 64, long)).toBe(128);
    expect(moved('write', 'NHWC', [2, 8], [1, 12], 64, long)).toBe(256);
  });

  test('a copy pays the source’s latencies on both sides', () => {
    expect(copyCycles(U55_SRAM, U55_FLASH, 4464)).toBe(4528);
    expect(copyCycles(U65_SRAM, U65_DRAM, 800)).toBe(713);
    const fast: Memory = { ...U55_FLASH, bytesPerCycle: 64, writeLatency: 1000 };
    expect(copyCycles(U55_SRAM, fast, 4464)).toBe(558 + 1000);
    expect(copyCycles({ ...U55_SRAM, writeLatency: 5000 }, U55_FLASH, 4464)).toBe(4528);
  });

  test('reading is worked out in double precision', () => {
    expect(readCycles(U55_SRAM, 4464)).toBe(590);
    expect(readCycles(U65_DRAM, 801)).toBe(713);
  });
});

describe('elements (docs/model/cycles-u55-u65.md#elements)', () => {
  const elements = (op: CostOp, name = 'u55-128') => {
    const config = findBlockConfig(op, accelerator(name), op.ofm.shape[1])!;
    return countElements(op, config, wholeCall(op, SRAM3, 32));
  };
  const whole = view([1, 4, 5, 20]);

  test('an elementwise input is charged with the OFM’s volume, a scalar with itself or nothing', () => {
    const scalar = (bits: number) => view([1, 1, 1, 1], { bits });
    const row = view([1, 1, 5, 20]);
    expect(elements(operation('Add', [whole, row], whole))).toMatchObject({ ifmRead: 640, ifm2Read: 640 });
    expect(elements(operation('Add', [whole, scalar(8)], whole))).toMatchObject({
      ifmRead: 640,
      ifm2Read: 0,
    });
    expect(elements(operation('Add', [scalar(8), whole], whole))).toMatchObject({
      ifmRead: 0,
      ifm2Read: 640,
    });
    expect(elements(operation('Add', [scalar(16), whole], whole))).toMatchObject({
      ifmRead: 16,
      ifm2Read: 0,
    });
    const wide = view([1, 4, 5, 20], { bits: 16 });
    expect(elements(operation('Add', [wide, scalar(16)], wide))).toMatchObject({
      ifmRead: 640,
      ifm2Read: 16,
    });
    // The IFM's format decides for both.
    const plain = view([1, 4, 5, 20], { format: 'NHWC' });
    expect(elements(operation('Add', [plain, whole], whole))).toMatchObject({ ifmRead: 400, ifm2Read: 400 });
    expect(elements(operation('Add', [whole, whole], plain))).toMatchObject({ ifmRead: 640, ofmWrite: 400 });
  });

  test('a Transpose reads its IFM once and costs the slower of two transfers', () => {
    const op = operation(
      'Transpose',
      [view([1, 4, 6, 20], { format: 'NHWC' })],
      view([1, 6, 4, 20], { format: 'NHWC' }),
    );
    const acc = accelerator('u55-128');
    const config = findBlockConfig(op, acc, 6)!;
    const call = wholeCall(op, SRAM3, 32);
    expect(countElements(op, config, call)).toMatchObject({ ifmRead: 480, ofmWrite: 480, passes: 0 });
    const { ifm, ofm } = featureMapBytes(op, config, acc, countElements(op, config, call), SRAM3);
    expect(operationCycles(op, config, acc, call)).toBe(Math.trunc(Math.max(ifm, ofm) / 8) + 32);
  });

  test('a MatMul goes through its scratch memory once per column', () => {
    const op = operation('MatMul', [view([1, 2, 8, 16]), view([1, 2, 5, 16])], view([1, 2, 8, 5]));
    expect(elements(op)).toMatchObject({ ifmRead: 256 * 5, ifm2Read: 160, scratch: 256 * 5, passes: 0 });
  });

  test('large products wrap as 32-bit integers', () => {
    const op = operation('Conv2D', [view([1, 2048, 2048, 64])], view([1, 2048, 2048, 512]), {
      kernel: kernel(3, 3),
    });
    const acc = accelerator('u55-32');
    const config = findBlockConfig(op, acc, 2048)!;
    const { ifmRead } = elements(op, 'u55-32');
    const exact =
      Math.min(2048, config.ifmH) *
      Math.min(2048, config.ifmW) *
      64 *
      Math.ceil(2048 / config.ofmH) *
      Math.ceil(2048 / config.ofmW) *
      Math.ceil(512 / config.ofmC);
    expect(exact).toBeGreaterThan(2 ** 31);
    expect(ifmRead).toBe(Number(BigInt.asIntN(32, BigInt(exact))));
  });
});
