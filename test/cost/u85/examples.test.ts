import { describe, expect, it } from 'vitest';
import {
  ACCESS_SLOTS,
  accessSlot,
  CHANNEL,
  GROUP,
  type Channel,
  type Group,
} from '../../../src/cost/channels.js';
import { EDGE, type CostCall } from '../../../src/cost/model.js';
import type { CostOp, ExternalMap, GroupMember } from '../../../src/cost/operation.js';
import { accessCycles } from '../../../src/cost/u85/bandwidth.js';
import { u85RunCycles } from '../../../src/cost/u85/cycles.js';
import { findU85Config } from '../../../src/cost/u85/find-config.js';
import { outputCyclesPerElement } from '../../../src/cost/u85/output-rate.js';
import { countU85Elements, featureMapTransfers } from '../../../src/cost/u85/traffic.js';
import type { OpKind } from '../../../src/lowering/operations.js';
import type { Memory } from '../../../src/npu/system.js';
import { accelerator, DRAM, FLASH, operation, SOME_WEIGHTS, SRAM, view } from './fixtures.js';

/** Inputs and figures of one layer that was worked through by hand (docs/model/cycles-u85.md). */
interface Example {
  readonly title: string;
  readonly macs: number;
  readonly op: CostOp;
  readonly sparse?: boolean;
  readonly memories: readonly [ifm: Memory, ifm2: Memory, ofm: Memory, externals?: readonly Memory[]];
  /** Encoded sizes, the memory of constants, and where and how they are copied; `first` = bytes copied ahead. */
  readonly weights?: {
    readonly bytes: number;
    readonly scales: number;
    readonly source: Memory;
    readonly staging?: Memory;
    readonly first?: number;
    readonly fast?: boolean;
  };
  readonly blocks: readonly [ofm: string, ifm: string];
  readonly ublock: string;
  readonly rate: number;
  readonly cycles: number;
  /** Elements: IFM, IFM2, OFM, passes over the weights. */
  readonly elements: readonly number[];
  /** Bytes of IFM, IFM2 (if any), OFM (if written) and external maps. */
  readonly bytes: readonly number[];
  readonly access: Readonly<Record<string, number>>;
}

const member = (kind: OpKind, ifmBits = 8, ofmBits = 8): GroupMember => ({ kind, ifmBits, ofmBits });
const written = (index: number, map: ExternalMap['view']): ExternalMap => ({
  member: index,
  port: 'ofm',
  view: map,
});

/** A convolution or product with weights, and an activation fused onto it. */
function withRelu(op: CostOp): CostOp {
  return {
    ...op,
    weights: SOME_WEIGHTS,
    members: [member(op.kind), member('Relu')],
    externals: [written(1, op.ofm)],
  };
}

const logits = (kind: OpKind, w: number, bits = 32): CostOp =>
  operation(kind, [view(1, 1, w, bits), view(1, 1, 1, bits)], view(1, 1, w, bits));

const EXAMPLES: readonly Example[] = [
  {
    title: '1: first convolution, part-kernel-first, 2:4-sparse',
    macs: 256,
    op: withRelu(
      operation('Conv2D', [view(49, 10, 1, 8, 'NHWC')], view(25, 5, 64), {
        height: 10,
        width: 4,
        strideH: 2,
        strideW: 2,
      }),
    ),
    sparse: true,
    memories: [DRAM, DRAM, SRAM, [SRAM]],
    weights: { bytes: 4320, scales: 640, source: DRAM, staging: SRAM },
    blocks: ['10x6x32', '26x14x16'],
    ublock: '2x2x8',
    rate: 0.25,
    cycles: 7542,
    elements: [3120, 0, 0, 3],
    bytes: [24960, 8000],
    access: { Dram: 7617, Sram: 790 },
  },
  {
    title: '2: pointwise convolution, depth-first',
    macs: 512,
    op: operation('Conv2D', [view(28, 28, 144)], view(28, 28, 32), {}, { weights: SOME_WEIGHTS }),
    memories: [SRAM, SRAM, SRAM],
    weights: { bytes: 4736, scales: 320, source: DRAM, staging: SRAM, first: 5056 },
    blocks: ['4x28x32', '4x28x64'],
    ublock: '2x2x16',
    rate: 0.125,
    cycles: 10284,
    elements: [112896, 0, 25088, 7],
    bytes: [112896, 25088],
    access: { Dram: 5468, Sram: 5512 },
  },
  {
    title: '3: depthwise 3×3, stride 2',
    macs: 128,
    op: withRelu(
      operation('DepthwiseConv2D', [view(48, 48, 16)], view(24, 24, 16), {
        height: 3,
        width: 3,
        strideH: 2,
        strideW: 2,
      }),
    ),
    memories: [SRAM, SRAM, SRAM, [SRAM]],
    weights: { bytes: 192, scales: 160, source: DRAM, staging: SRAM, first: 352 },
    blocks: ['12x8x16', '25x18x16'],
    ublock: '1x1x16',
    rate: 0.5,
    cycles: 8017,
    elements: [43200, 0, 0, 6],
    bytes: [43200, 9216],
    access: { Dram: 2343, Sram: 2109 },
  },
  {
    title: '4: fully connected',
    macs: 1024,
    op: withRelu(operation('FullyConnected', [view(1, 1, 640, 8, 'NHWC')], view(1, 1, 128))),
    memories: [DRAM, DRAM, SRAM, [SRAM]],
    weights: { bytes: 52816, scales: 1280, source: DRAM },
    blocks: ['2x2x128', '2x2x64'],
    ublock: '2x2x32',
    rate: 0.0625,
    cycles: 4326,
    elements: [640, 0, 0, 1],
    bytes: [1280, 128],
    access: { Dram: 5036, Sram: 6 },
  },
  {
    title: '5: average pool',
    macs: 2048,
    op: operation('AvgPool', [view(25, 5, 64)], view(1, 1, 64), { height: 25, width: 5 }),
    memories: [SRAM, SRAM, SRAM],
    blocks: ['4x4x64', '12x8x64'],
    ublock: '4x4x16',
    rate: 0.03125,
    cycles: 2686,
    elements: [15360, 0, 64, 0],
    bytes: [15360, 64],
    access: { Sram: 750 },
  },
  {
    title: '6: addition',
    macs: 512,
    op: operation('Add', [view(12, 12, 64), view(12, 12, 64)], view(12, 12, 64)),
    memories: [SRAM, SRAM, SRAM],
    blocks: ['12x64x64', '12x64x64'],
    ublock: '2x2x16',
    rate: 0.125,
    cycles: 1152,
    elements: [9216, 9216, 9216, 0],
    bytes: [9216, 9216, 9216],
    access: { Sram: 900 },
  },
  {
    title: '7: convolution with a chained addition and a fused Relu',
    macs: 256,
    op: operation(
      'Conv2D',
      [view(32, 32, 16)],
      view(32, 32, 16),
      { height: 3, width: 3 },
      {
        weights: SOME_WEIGHTS,
        members: [member('Conv2D'), member('Add'), member('Relu')],
        externals: [{ member: 1, port: 'ifm', view: view(32, 32, 16) }, written(2, view(32, 32, 16))],
      },
    ),
    memories: [SRAM, SRAM, DRAM, [SRAM, SRAM]],
    weights: { bytes: 2464, scales: 160, source: DRAM, staging: SRAM, first: 2624 },
    blocks: ['8x16x16', '10x20x16'],
    ublock: '1x4x8',
    rate: 0.5,
    cycles: 13864,
    elements: [25600, 0, 0, 8],
    bytes: [25600, 16384, 16384],
    access: { Dram: 3124, Sram: 2440 },
  },
  {
    title: '8: subtraction of a scalar with a fused table',
    macs: 128,
    op: {
      ...logits('Sub', 12, 8),
      ifms: [view(1, 1, 12, 8, 'NHWC'), view(1, 1, 1)],
      ofm: view(1, 1, 12, 32),
      members: [member('Sub'), member('LUT', 8, 32)],
      externals: [written(1, view(1, 1, 12, 32))],
    },
    memories: [SRAM, SRAM, SRAM, [SRAM]],
    blocks: ['1x128x16', '1x128x16'],
    ublock: '1x1x16',
    rate: 0.5,
    cycles: 8,
    elements: [12, 0, 0, 0],
    bytes: [48, 0, 16],
    access: { Sram: 2 },
  },
  {
    title: '9: 32-bit sum',
    macs: 1024,
    op: operation('ReduceSum', [view(1, 1, 12, 32, 'NHWC')], view(1, 1, 1, 32)),
    memories: [SRAM, SRAM, SRAM],
    blocks: ['2x4x16', '2x4x32'],
    ublock: '2x4x16',
    rate: 0.25,
    cycles: 147,
    elements: [12, 0, 16, 0],
    bytes: [12, 16],
    access: {},
  },
  {
    title: '10: maximum over depth',
    macs: 256,
    op: operation('MaxPool', [view(1, 12, 1, 8, 'NHWC')], view(1, 1, 1), { width: 12 }),
    memories: [SRAM, SRAM, SRAM],
    blocks: ['1x2x16', '2x10x16'],
    ublock: '1x2x16',
    rate: 0.25,
    cycles: 130,
    elements: [20, 0, 16, 0],
    bytes: [80, 32],
    access: { Sram: 3 },
  },
  {
    title: '11: chain of four elementwise operations',
    macs: 512,
    op: {
      ...logits('Mul', 1),
      members: [member('Mul', 32, 32), member('Sub', 32, 32), member('Mul', 32, 32), member('Mul', 32, 32)],
      externals: [
        { member: 1, port: 'ifm', view: view(1, 1, 1, 32, 'NHWC') },
        { member: 2, port: 'ifm', view: view(1, 1, 1, 32) },
        { member: 3, port: 'ifm2', view: view(1, 1, 1, 32, 'NHWC') },
      ],
    },
    memories: [SRAM, SRAM, DRAM, [DRAM, SRAM, DRAM]],
    blocks: ['2x64x16', '2x64x16'],
    ublock: '2x2x16',
    rate: 1,
    cycles: 16,
    elements: [0, 16, 0, 0],
    bytes: [0, 16, 0, 0, 0],
    access: {},
  },
  {
    title: '12: pointwise convolution, depth-first, 2:4-sparse',
    macs: 1024,
    op: withRelu(operation('Conv2D', [view(3, 3, 256)], view(3, 3, 256))),
    sparse: true,
    memories: [SRAM, SRAM, SRAM, [SRAM]],
    weights: { bytes: 2112, scales: 2560, source: DRAM, staging: SRAM, first: 4672 },
    blocks: ['3x4x256', '3x4x128'],
    ublock: '1x4x32',
    rate: 0.0625,
    cycles: 876,
    elements: [2304, 0, 0, 1],
    bytes: [2304, 2304],
    access: { Dram: 6249, Sram: 210 },
  },
  {
    title: '13: 16-bit table look-up on its own',
    macs: 1024,
    op: operation('Tanh', [view(1, 1, 20, 16, 'NHWC')], view(1, 1, 20, 16)),
    memories: [DRAM, DRAM, SRAM],
    blocks: ['2x4x32', '2x4x32'],
    ublock: '2x4x16',
    rate: 0.0625,
    cycles: 619,
    elements: [20, 0, 32, 0],
    bytes: [40, 32],
    access: { Dram: 6, Sram: 1 },
  },
  {
    title: '14: fast weights from flash',
    macs: 1024,
    op: withRelu(operation('Conv2D', [view(25, 5, 64)], view(25, 5, 64))),
    memories: [SRAM, SRAM, SRAM, [SRAM]],
    weights: { bytes: 6208, scales: 960, source: FLASH, staging: SRAM, first: 2400, fast: true },
    blocks: ['14x6x64', '14x6x64'],
    ublock: '2x2x32',
    rate: 0.0625,
    cycles: 1248,
    elements: [8960, 0, 0, 2],
    bytes: [8960, 8000],
    access: { OffChipFlash: 5728, Sram: 1037 },
  },
];

function wholeCall({ op, memories, weights }: Example): CostCall {
  const [, ofmH, ofmW, ofmC] = op.ofm.shape;
  const [, ifmH, ifmW] = op.ifms[0]!.shape;
  const [ifmMemory, ifm2Memory, ofmMemory] = memories;
  const weightReadLatency = (weights?.staging ?? weights?.source ?? SRAM).readLatency;
  const shapes = { ofmH, ofmW, ofmC, ifmH, ifmW, edge: EDGE.whole };
  return { ...shapes, ifmMemory, ifm2Memory, ofmMemory, scratchMemory: SRAM, weightReadLatency };
}

/** Collects bytes per memory and turns them into access cycles. */
function busyMemories(macs: number): {
  occupy: (memory: Memory, channel: Channel, group: Group, bytes: number) => void;
  cycles: () => Record<string, number>;
} {
  const busy = new Map<Memory, Float64Array>();
  return {
    occupy: (memory, channel, group, bytes) => {
      const slots = busy.get(memory) ?? new Float64Array(ACCESS_SLOTS);
      busy.set(memory, slots);
      slots[accessSlot(channel, group)]! += bytes;
    },
    cycles: () =>
      Object.fromEntries(
        [...busy]
          .map(([memory, slots]) => [memory.name, accessCycles(accelerator(macs), memory, slots, 0)] as const)
          .filter(([, cycles]) => cycles > 0),
      ),
  };
}

describe('layers worked through by hand (docs/model/cycles-u85.md)', () => {
  it.each(EXAMPLES)('$title', (example) => {
    const { op, macs, memories, weights } = example;
    const acc = accelerator(macs);
    const config = findU85Config(op, acc, op.ofm.shape[1], example.sparse === true)!;
    expect([config.ofmH, config.ofmW, config.ofmC].join('x')).toBe(example.blocks[0]);
    expect([config.ifmH, config.ifmW, config.ifmC].join('x')).toBe(example.blocks[1]);
    expect(config.ublock.join('x')).toBe(example.ublock);
    expect(outputCyclesPerElement(op, acc)).toBe(example.rate);
    const call = wholeCall(example);
    expect(u85RunCycles(op, config, acc, call)).toBe(example.cycles);

    const elements = countU85Elements(op, config, call);
    const { ifmRead, ifm2Read, ofmWrite, passes } = elements;
    expect([ifmRead, ifm2Read, ofmWrite, passes]).toEqual(example.elements);
    const [ifm, ifm2, ofm, externals = []] = memories;
    const maps = featureMapTransfers(op, config, acc, elements, {
      ifm,
      ifm2,
      ofm,
      scratch: SRAM,
      externals,
    });
    expect(maps.map((map) => map.bytes)).toEqual(example.bytes);

    const busy = busyMemories(macs);
    for (const map of maps) busy.occupy(map.memory, map.channel, GROUP.featureMap, map.bytes);
    if (weights !== undefined) {
      const { source, staging, first = 0 } = weights;
      const read = passes * weights.bytes;
      if (staging === undefined) busy.occupy(source, CHANNEL.weight, GROUP.weight, read);
      else {
        const copied = Math.max(weights.bytes - first, 0);
        busy.occupy(source, CHANNEL.memoryToMemory, GROUP.weight, copied);
        busy.occupy(staging, CHANNEL.write, GROUP.weight, copied);
        busy.occupy(staging, weights.fast === true ? CHANNEL.fastWeight : CHANNEL.weight, GROUP.weight, read);
      }
      busy.occupy(source, CHANNEL.scale, GROUP.scale, passes * weights.scales);
    }
    expect(busy.cycles()).toEqual(example.access);
  });

  it('17 (a): the last of two depth slices, feature maps in Dram', () => {
    const op = withRelu(operation('FullyConnected', [view(1, 1, 128)], view(1, 1, 128)));
    const acc = accelerator(1024);
    const config = findU85Config(op, acc, 1, false)!;
    const call: CostCall = {
      ofmH: 1,
      ofmW: 1,
      ofmC: 64,
      ifmH: 1,
      ifmW: 1,
      edge: EDGE.last,
      ifmMemory: DRAM,
      ifm2Memory: DRAM,
      ofmMemory: DRAM,
      scratchMemory: DRAM,
      weightReadLatency: SRAM.readLatency,
    };
    expect(u85RunCycles(op, config, acc, call)).toBe(463);
    const whole = { ...call, ofmC: 128, edge: EDGE.whole, ifmMemory: SRAM, ofmMemory: SRAM };
    expect(u85RunCycles(op, config, acc, whole)).toBe(488);
  });

  it('17 (b): sparse weights counted as sparse and as dense', () => {
    const op = withRelu(operation('Conv2D', [view(6, 6, 128)], view(6, 6, 128)));
    const acc = accelerator(1024);
    const config = findU85Config(op, acc, 6, true)!;
    const call: CostCall = {
      ofmH: 6,
      ofmW: 6,
      ofmC: 128,
      ifmH: 6,
      ifmW: 6,
      edge: EDGE.whole,
      ifmMemory: SRAM,
      ifm2Memory: SRAM,
      ofmMemory: SRAM,
      scratchMemory: SRAM,
      weightReadLatency: FLASH.readLatency,
    };
    expect(u85RunCycles(op, config, acc, call)).toBe(960);
    expect(u85RunCycles(op, config, acc, { ...call, asDense: true })).toBe(1248);
  });
});
