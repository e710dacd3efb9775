import fc from 'fast-check';
import type { CostOp, CostView, OpClass } from '../../src/cost/operation.js';
import { EDGE, type CyclesParts } from '../../src/cost/model.js';
import type { U55Config } from '../../src/cost/u55/block-config.js';
import { runCycles } from '../../src/cost/u55/cycles.js';
import type { OpKind } from '../../src/lowering/operations.js';
import type { WeightArray } from '../../src/weights/weight-array.js';
import type { U55Accelerator } from '../../src/npu/u55-tables.js';
import type { Memory } from '../../src/npu/system.js';

const KINDS: Readonly<Partial<Record<OpClass, OpKind>>> = {
  conv: 'Conv2D',
  depthwise: 'DepthwiseConv2D',
  'vector-product': 'FullyConnected',
  pool: 'AvgPool',
  'reduce-sum': 'ReduceSum',
  elementwise: 'Add',
};

export interface Sketch {
  readonly opClass: OpClass;
  readonly height: number;
  readonly width: number;
  readonly depth: number;
  readonly ifmDepth: number;
  readonly bits: number;
  readonly kernelH: number;
  readonly kernelW: number;
  readonly stride: number;
}

/** A cost that follows from a few sizes: bricked feature maps, no activation. */
export function costOf(sketch: Sketch): CostOp {
  const { opClass, height, width, depth, bits, kernelH, kernelW, stride } = sketch;
  const equal = opClass === 'depthwise' || opClass === 'pool' || opClass === 'elementwise';
  const view = (h: number, w: number, c: number): CostView => ({
    shape: [1, h, w, c],
    bits,
    format: 'NHCWB16',
    constant: false,
  });
  const weights: WeightArray = {
    key: '',
    shape: [depth, kernelH, kernelW, sketch.ifmDepth],
    depthwise: opClass === 'depthwise',
    predicted: true,
    values: () => new Int16Array(0),
  };
  return {
    kind: KINDS[opClass]!,
    opClass,
    kernel: {
      height: kernelH,
      width: kernelW,
      strideH: stride,
      strideW: stride,
      dilationH: 1,
      dilationW: 1,
      top: 0,
      left: 0,
      bottom: 0,
      right: 0,
    },
    upscale: 'none',
    scaled: true,
    ifms: [view(height * stride, width * stride, equal ? depth : sketch.ifmDepth)],
    ofm: view(height, width, depth),
    ofmTransposed: false,
    ofmReversed: false,
    activation: 0,
    usesLut: false,
    lutBytes: 0,
    weights: opClass === 'pool' || opClass === 'reduce-sum' ? undefined : weights,
  };
}

const SRAM: Memory = {
  name: 'Sram',
  bytesPerCycle: 8,
  readLatency: 32,
  writeLatency: 32,
  burstLength: 32,
  portsUsed: 1,
  maxReads: 32,
  maxWrites: 32,
};

/** Run cycles and their parts with everything in an SRAM of 8 bytes per cycle. */
export function costParts(
  op: CostOp,
  config: U55Config,
  acc: U55Accelerator,
): { readonly run: number; readonly parts: CyclesParts } {
  const parts: CyclesParts = {
    macCycles: 0,
    outputCycles: 0,
    ifmIn: 0,
    ofmOut: 0,
    blocks: 0,
    macBlock: 0,
    slowest: 'mac',
  };
  const [, ofmH, ofmW, ofmC] = op.ofm.shape;
  const [, ifmH, ifmW] = op.ifms[0]!.shape;
  const run = runCycles(
    op,
    config,
    acc,
    {
      ofmH,
      ofmW,
      ofmC,
      ifmH,
      ifmW,
      edge: EDGE.whole,
      ifmMemory: SRAM,
      ifm2Memory: SRAM,
      ofmMemory: SRAM,
      scratchMemory: SRAM,
      weightReadLatency: 32,
    },
    parts,
  );
  return { run, parts };
}

/** Operations with MACs of all classes, from single elements to more than the largest block. */
export const anySketch: fc.Arbitrary<Sketch> = fc
  .record({
    opClass: fc.constantFrom<OpClass>('conv', 'depthwise', 'vector-product', 'pool', 'reduce-sum'),
    height: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })),
    width: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 70 })),
    depth: fc.integer({ min: 1, max: 140 }),
    ifmDepth: fc.integer({ min: 1, max: 140 }),
    bits: fc.constantFrom(8, 16),
    kernelH: fc.integer({ min: 1, max: 10 }),
    kernelW: fc.integer({ min: 1, max: 10 }),
    stride: fc.integer({ min: 1, max: 2 }),
  })
  .map((sketch) => {
    if (sketch.opClass === 'vector-product') return { ...sketch, kernelH: 1, kernelW: 1, stride: 1 };
    if (sketch.opClass === 'reduce-sum') return { ...sketch, depth: 1, kernelH: 1, kernelW: 1, stride: 1 };
    return sketch;
  });
