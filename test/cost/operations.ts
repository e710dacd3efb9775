import fc from 'fast-check';
import { opClassOf, type ActivationClass, type CostOp, type CostView } from '../../src/cost/operation.js';
import { EDGE, type CostCall, type Elements } from '../../src/cost/model.js';
import type { U55Config } from '../../src/cost/u55/block-config.js';
import { featureMapTransfers } from '../../src/cost/u55/traffic.js';
import type { Kernel, OpKind, Shape4 } from '../../src/lowering/operations.js';
import type { WeightArray } from '../../src/weights/weight-array.js';
import { U55_ACCELERATORS, type U55Accelerator } from '../../src/npu/u55-tables.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import type { Memory } from '../../src/npu/system.js';

/** A feature map of one operation; int8 in bricks unless said otherwise. */
export const view = (shape: Shape4, facts: Partial<Omit<CostView, 'shape'>> = {}): CostView => ({
  shape,
  bits: 8,
  format: 'NHCWB16',
  constant: false,
  ...facts,
});

/** A kernel without padding, which the cost model does not read. */
export const kernel = (
  height: number,
  width: number,
  [strideH, strideW]: readonly [number, number] = [1, 1],
  [dilationH, dilationW]: readonly [number, number] = [1, 1],
): Kernel => ({
  height,
  width,
  strideH,
  strideW,
  dilationH,
  dilationW,
  top: 0,
  left: 0,
  bottom: 0,
  right: 0,
});

/** Weights whose values do not matter. */
export const someWeights = (shape: Shape4, depthwise = false): WeightArray => ({
  key: `${shape.join()} ${depthwise}`,
  shape,
  depthwise,
  predicted: false,
  values: () => new Int16Array(shape[0] * shape[1] * shape[2] * shape[3]),
});

const HAS_WEIGHTS: ReadonlySet<OpKind> = new Set<OpKind>(['Conv2D', 'DepthwiseConv2D', 'FullyConnected']);

/** An operation; kinds with weights get some. */
export function operation(
  kind: OpKind,
  ifms: readonly CostView[],
  ofm: CostView,
  facts: Partial<CostOp> = {},
): CostOp {
  const k = facts.kernel ?? kernel(1, 1);
  const depthwise = kind === 'DepthwiseConv2D';
  const inputs = depthwise ? 1 : ifms[0]!.shape[3];
  return {
    kind,
    opClass: opClassOf(kind),
    kernel: k,
    upscale: 'none',
    scaled: true,
    ifms,
    ofm,
    ofmTransposed: false,
    ofmReversed: false,
    activation: 0,
    usesLut: false,
    lutBytes: 0,
    weights: HAS_WEIGHTS.has(kind)
      ? someWeights([ofm.shape[3], k.height, k.width, inputs], depthwise)
      : undefined,
    ...facts,
  };
}

/** The accelerator of that short name, e.g. `u55-128`. */
export const accelerator = (name: string): U55Accelerator => U55_ACCELERATORS.get(`ethos-${name}`)!;

export const ALL_ACCELERATORS: readonly U55Accelerator[] = [...U55_ACCELERATORS.values()];

const u55 = resolveSystem({
  accelerator: 'ethos-u55-128',
  systemConfig: 'Ethos_U55_High_End_Embedded',
  memoryMode: 'Shared_Sram',
});
const u65 = resolveSystem({
  accelerator: 'ethos-u65-512',
  systemConfig: 'Ethos_U65_High_End',
  memoryMode: 'Dedicated_Sram',
});

/** Memories of the two systems that the worked examples use. */
export const U55_SRAM: Memory = u55.staging;
export const U55_FLASH: Memory = u55.constants;
export const U65_SRAM: Memory = u65.staging;
export const U65_DRAM: Memory = u65.constants;

const KINDS: readonly OpKind[] = [
  'Conv2D',
  'DepthwiseConv2D',
  'FullyConnected',
  'MaxPool',
  'AvgPool',
  'ReduceSum',
  'Add',
  'Mul',
  'Maximum',
  'Abs',
];

const format = fc.constantFrom<CostView['format']>('NHWC', 'NHCWB16');
const activation = fc.constantFrom<ActivationClass>(0, 1, 2);
const axis = (max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 1, max: Math.min(max, 8) }), fc.integer({ min: 1, max }));

/** Height and width of a windowed operation's IFM, without padding. */
const inputOf = (ofm: number, stride: number, size: number, upscale: CostOp['upscale']): number =>
  Math.max(1, Math.ceil(((ofm - 1) * stride + size) / (upscale === 'none' ? 1 : 2)));

/** Operations of all classes, of sizes as in small networks; at times one that no real network contains. */
export const anyOperation: fc.Arbitrary<CostOp> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    h: axis(80),
    w: axis(80),
    c: axis(200),
    depth: axis(160),
    size: fc.tuple(axis(12), axis(12)),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    upscale: fc.constantFrom<CostOp['upscale']>('none', 'none', 'none', 'nearest', 'zeros'),
    bits: fc.constantFrom(8, 8, 16, 32),
    ofmBits: fc.constantFrom(8, 8, 16, 32),
    formats: fc.tuple(format, format, format),
    second: fc.constantFrom('same', 'scalar', 'row'),
    scaled: fc.boolean(),
    usesLut: fc.boolean(),
    activation,
  })
  .map((r) => {
    const opClass = opClassOf(r.kind);
    const windowed = opClass === 'conv' || opClass === 'depthwise' || opClass === 'pool';
    const { upscale } = windowed ? r : { upscale: 'none' as const };
    const k = windowed
      ? kernel(r.size[0], r.size[1], r.stride, opClass === 'pool' ? [1, 1] : r.dilation)
      : kernel(1, 1);
    const flat = opClass === 'vector-product' ? 1 : r.h;
    const ofmShape: Shape4 = [1, flat, r.w, opClass === 'reduce-sum' ? 1 : r.c];
    const needed = (ofm: number, stride: number, size: number, dilation: number): number =>
      inputOf(ofm, stride, dilation * (size - 1) + 1, upscale);
    const elementwise = opClass === 'elementwise';
    const ifmShape: Shape4 = [
      1,
      needed(flat, k.strideH, k.height, k.dilationH),
      needed(r.w, k.strideW, k.width, k.dilationW),
      elementwise || opClass === 'pool' || opClass === 'depthwise' ? r.c : r.depth,
    ];
    const bits =
      opClass === 'conv' || opClass === 'depthwise' || opClass === 'vector-product'
        ? Math.min(r.bits, 16)
        : r.bits;
    const ifm = view(ifmShape, { bits, format: r.formats[0] });
    const ifms = [ifm];
    if (elementwise && r.kind !== 'Abs') {
      const [n, h, w, c] = ofmShape;
      const shapes: Record<string, Shape4> = { same: [n, h, w, c], scalar: [1, 1, 1, 1], row: [1, 1, w, c] };
      ifms.push(view(shapes[r.second]!, { bits, format: r.formats[1] }));
    }
    return operation(r.kind, ifms, view(ofmShape, { bits: r.ofmBits, format: r.formats[2] }), {
      kernel: k,
      upscale,
      scaled: r.scaled,
      usesLut: r.usesLut,
      activation: r.activation,
    });
  });

/** A call for the whole of an operation whose IFM, IFM2 and OFM lie there. */
export function wholeCall(
  op: CostOp,
  [ifm, ifm2, ofm]: readonly [Memory, Memory, Memory],
  weightReadLatency: number,
): CostCall {
  const [, ofmH, ofmW, ofmC] = op.ofm.shape;
  const [, ifmH, ifmW] = op.ifms[0]!.shape;
  return {
    ...{ ofmH, ofmW, ofmC, ifmH, ifmW },
    edge: EDGE.whole,
    ifmMemory: ifm,
    ifm2Memory: ifm2,
    ofmMemory: ofm,
    scratchMemory: ofm,
    weightReadLatency,
  };
}

/** Bytes of an operation's feature maps, which lie in the memories of IFM, IFM2 and OFM. */
export function featureMapBytes(
  op: CostOp,
  config: U55Config,
  acc: U55Accelerator,
  elements: Elements,
  [ifm, ifm2, ofm]: readonly [Memory, Memory, Memory],
): { ifm: number; ifm2: number; ofm: number } {
  const places = { ifm, ifm2, ofm, scratch: ofm, externals: [] };
  const bytes = { ifm: 0, ifm2: 0, ofm: 0 };
  for (const part of featureMapTransfers(op, config, acc, elements, places)) {
    if (part.role === 'ifm' || part.role === 'ifm2' || part.role === 'ofm') bytes[part.role] += part.bytes;
  }
  return bytes;
}
