import { describe, expect, test } from 'vitest';
import { noParts } from '../../src/cost/model.js';
import type { CostOp } from '../../src/cost/operation.js';
import { findBlockConfig } from '../../src/cost/u55/block-config.js';
import { operationCycles } from '../../src/cost/u55/model.js';
import { countElements } from '../../src/cost/u55/traffic.js';
import { transferCycles } from '../../src/cost/integers.js';
import type { Memory } from '../../src/npu/system.js';
import {
  accelerator,
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
import { plainBlockSearch } from './plain-blocks.js';

interface Places {
  readonly ifm?: Memory;
  readonly ifm2?: Memory;
  readonly ofm?: Memory;
  /** Memory whose read latency the bias has. */
  readonly weights?: Memory;
}

/** Everything that the worked examples state of one whole operation. */
function figures(op: CostOp, name: string, places: Places = {}) {
  const acc = accelerator(name);
  const { ifm = U55_SRAM, ifm2 = ifm, ofm = U55_SRAM, weights = U55_SRAM } = places;
  const config = findBlockConfig(op, acc, op.ofm.shape[1])!;
  const call = wholeCall(op, [ifm, ifm2, ofm], weights.readLatency);
  const parts = noParts();
  const run = operationCycles(op, config, acc, call, parts);
  const elements = countElements(op, config, call);
  const bytes = featureMapBytes(op, config, acc, elements, [ifm, ifm2, ofm]);
  return {
    block: [config.ofmH, config.ofmW, config.ofmC],
    ifmBlock: [config.ifmH, config.ifmW, config.ifmC],
    traversal: config.traversal,
    accumulator: config.accumulatorBits,
    run,
    parts,
    elements,
    bytes,
  };
}

/** OFM blocks and costs that the search goes through. */
const steps = (op: CostOp, name: string): string[] =>
  plainBlockSearch(op, accelerator(name), op.ofm.shape[1]).map(
    ({ ofm, cost }) => `${ofm.join()} ${cost.toPrecision(8).replace(/\.?0+$/, '')}`,
  );

/** The same of costs as the document prints them. */
const printed = (list: string): string[] =>
  list.split('; ').map((step) => {
    const [block, cost] = step.split(' ') as [string, string];
    return `${block} ${Math.fround(Number(cost))
      .toPrecision(8)
      .replace(/\.?0+$/, '')}`;
  });

const FIRST_CONV = operation('Conv2D', [view([1, 49, 10, 1], { format: 'NHWC' })], view([1, 25, 5, 64]), {
  kernel: kernel(10, 4, [2, 2]),
  activation: 1,
});
const DEPTHWISE = operation('DepthwiseConv2D', [view([1, 25, 5, 64])], view([1, 25, 5, 64]), {
  kernel: kernel(3, 3),
  activation: 1,
});
const POINTWISE = operation('Conv2D', [view([1, 25, 5, 64])], view([1, 25, 5, 64]), { activation: 1 });

describe('layers worked through by hand (docs/model/cycles-u55-u65.md)', () => {
  test('7.1: convolution with sub-kernels, part-kernel-first', () => {
    expect(steps(FIRST_CONV, 'u55-128')).toEqual(
      printed(
        '1,2,16 13.5; 1,4,16 9.25; 1,6,16 5.1666665; 2,4,16 4.9412498; 2,6,16 2.8091664; 3,6,16 2.0233333; ' +
          '4,6,16 1.6304166; 5,6,16 1.2666667; 6,6,16 1.2375; 7,6,16 1.0566666; 8,6,16 1.0410416; ' +
          '9,6,16 0.8688889; 10,6,16 0.8591666',
      ),
    );
    expect(figures(FIRST_CONV, 'u55-128')).toMatchObject({
      block: [10, 6, 16],
      ifmBlock: [26, 14, 8],
      traversal: 'part-kernel',
      accumulator: 32,
      run: 25001,
      parts: { macBlock: 2400, blocks: 10, ifmIn: 162, ofmOut: 132 },
      elements: { ifmRead: 6240, ofmWrite: 8000, passes: 3 },
      bytes: { ifm: 24960, ofm: 8000 },
    });
    expect(transferCycles(24960 + 8000 + 3840 + 3 * 3840, U55_SRAM.bytesPerCycle)).toBe(6040);
    expect(transferCycles(3840 + 3 * 640, U55_FLASH.bytesPerCycle)).toBe(5760);
  });

  test('7.2: depthwise', () => {
    expect(steps(DEPTHWISE, 'u55-128')).toEqual(
      printed(
        '1,2,16 11.4; 1,4,16 8.1; 1,6,16 5.8; 2,4,16 4.872; 2,6,16 3.6026666; 3,6,16 2.8702221; 4,6,16 2.5039999; ' +
          '5,6,16 2.2266665; 6,6,16 2.1377778; 7,6,16 2.0022857; 8,6,16 1.9546666; 9,6,16 1.8456295; 10,6,16 1.816; ' +
          '11,6,16 1.7917576; 12,6,16 1.7715554; 13,6,16 1.6824615; 14,6,16 1.6678095',
      ),
    );
    expect(figures(DEPTHWISE, 'u55-128')).toMatchObject({
      block: [14, 6, 16],
      ifmBlock: [16, 8, 16],
      traversal: 'depthwise',
      run: 8124,
      parts: { macBlock: 1008, blocks: 600 / 84, ifmIn: 192, ofmOut: 172 },
      elements: { ifmRead: 10240, ofmWrite: 8000, passes: 2 },
      bytes: { ifm: 10240, ofm: 8000 },
    });
  });

  test('7.3: pointwise, depth-first', () => {
    expect(steps(POINTWISE, 'u55-128')).toEqual(
      printed(
        '1,2,16 42.4; 1,4,16 29.6; 1,6,16 16.8; 2,6,16 10.656; 3,6,16 8.608; 4,6,16 7.584; 5,6,16 6.56; 7,6,16 6.048; ' +
          '9,6,16 5.536; 5,6,32 4.56; 7,6,32 4.048; 9,6,32 3.536',
      ),
    );
    expect(figures(POINTWISE, 'u55-128')).toMatchObject({
      block: [9, 6, 32],
      traversal: 'depth-first',
      run: 5944,
      parts: { macBlock: 864, blocks: 600 / 108, ifmIn: 212, ofmOut: 212 },
      elements: { ifmRead: 17280, ofmWrite: 8000, passes: 3 },
      bytes: { ifm: 17280, ofm: 8000 },
    });
  });

  test('7.4: average pooling with a kernel of several sub-kernels', () => {
    const op = operation('AvgPool', [view([1, 25, 5, 64])], view([1, 1, 1, 64]), { kernel: kernel(25, 5) });
    expect(figures(op, 'u55-128')).toMatchObject({
      block: [1, 2, 64],
      ifmBlock: [8, 6, 64],
      run: 5408,
      parts: { macBlock: 4000, blocks: 1, ifmIn: 352, ofmOut: 40 },
      elements: { ifmRead: 10240, ofmWrite: 64, passes: 0 },
    });
  });

  test('7.5: fully connected, weights in flash', () => {
    const op = operation('FullyConnected', [view([1, 1, 1, 64])], view([1, 1, 1, 12], { format: 'NHWC' }));
    expect(figures(op, 'u55-128', { weights: U55_FLASH })).toMatchObject({
      block: [1, 2, 16],
      ifmBlock: [1, 2, 32],
      run: 238,
      parts: { macBlock: 128, ifmIn: 36, ofmOut: 35 },
      bytes: { ifm: 64, ofm: 24 },
    });
  });

  test('7.6: elementwise with scalars', () => {
    const sub = operation(
      'Sub',
      [view([1, 1, 1, 12], { format: 'NHWC' }), view([1, 1, 1, 1])],
      view([1, 1, 1, 12], { bits: 32 }),
      { usesLut: true },
    );
    expect(figures(sub, 'u55-128')).toMatchObject({
      block: [1, 2, 16],
      run: 24,
      elements: { ifmRead: 12, ifm2Read: 0, ofmWrite: 16 },
      bytes: { ifm: 24, ofm: 16 },
    });
    const shift = operation(
      'Asr',
      [view([1, 1, 1, 12], { bits: 32 }), view([1, 1, 1, 1], { bits: 32, format: 'NHWC', constant: true })],
      view([1, 1, 1, 12], { bits: 32, format: 'NHWC' }),
    );
    expect(figures(shift, 'u55-128', { ifm2: U55_FLASH })).toMatchObject({
      run: 15,
      elements: { ifmRead: 16, ifm2Read: 16 },
      bytes: { ifm2: 32 },
    });
  });

  test('7.7: two cores, IFM in DRAM', () => {
    const op = operation('Conv2D', [view([1, 32, 32, 3], { format: 'NHWC' })], view([1, 32, 32, 16]), {
      kernel: kernel(3, 3),
      activation: 1,
    });
    expect(figures(op, 'u65-512', { ifm: U65_DRAM, ofm: U65_SRAM, weights: U65_SRAM })).toMatchObject({
      block: [16, 16, 16],
      ifmBlock: [18, 18, 8],
      run: 11983,
      parts: { macBlock: 768, blocks: 4, ifmIn: 4647, ofmOut: 288 },
      elements: { ifmRead: 3888, ofmWrite: 16384, passes: 4 },
      bytes: { ifm: 62208, ofm: 16384 },
    });
    expect(transferCycles(62208 + 640 + 640, U65_DRAM.bytesPerCycle)).toBe(16930);
  });

  test.each([
    ['u55-256', U55_SRAM, 12288],
    ['u65-512', U65_SRAM, 6144],
  ])('7.8: addition on %s', (name, memory, run) => {
    const map = view([1, 32, 32, 16]);
    const op = operation('Add', [map, map], map, { activation: 1 });
    expect(figures(op, name, { ifm: memory, ofm: memory })).toMatchObject({
      block: [16, 32, 16],
      run,
      bytes: { ifm: 16384, ifm2: 16384, ofm: 16384 },
    });
  });
});

describe('runs behind the published theory (docs/model/cycles-u55-u65.md#utilisation), ethos-u55-128, 240×320', () => {
  const graphInput = view([1, 240, 320, 16], { format: 'NHWC' });
  const middle = view([1, 240, 320, 8]);
  const graphOutput = view([1, 240, 320, 16], { format: 'NHWC' });
  test.each([
    [
      'convolution 3×3',
      operation('Conv2D', [graphInput], middle, { kernel: kernel(3, 3) }),
      921_600,
      923_176,
    ],
    [
      'depthwise 3×3',
      operation('DepthwiseConv2D', [middle], middle, { kernel: kernel(3, 3) }),
      460_800,
      616_092,
    ],
    ['convolution 1×1', operation('Conv2D', [middle], graphOutput), 307_200, 1_229_920],
  ])('%s', (_, op, macCycles, run) => {
    const { parts, run: cycles } = figures(op, 'u55-128');
    expect(Math.round(parts.macBlock * parts.blocks)).toBe(macCycles);
    expect(cycles).toBe(run);
  });
});
