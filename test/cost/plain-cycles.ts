/**
 * Cycles, elements and bytes of one whole operation, as docs/model/cycles-u55-u65.md#run-cycles and
 * docs/model/cycles-u55-u65.md#elements word them.
 */
import type { CostOp, CostView } from '../../src/cost/operation.js';
import type { U55Accelerator } from '../../src/npu/u55-tables.js';
import type { Memory } from '../../src/npu/system.js';

/** H, W, C of OFM and IFM block. */
export interface PlainBlocks {
  readonly ofm: readonly number[];
  readonly ifm: readonly number[];
  readonly wide: boolean;
  readonly traversal: string;
}

/** Where an operation's feature maps lie, and the read latency of its weights' memory. */
export interface PlainMemories {
  readonly ifms: readonly Memory[];
  readonly ofm: Memory;
  readonly weightLatency: number;
}

const f32 = Math.fround;
const ceilDiv = (a: number, b: number): number => Math.floor((a + b - 1) / b);
const up = (a: number, b: number): number => ceilDiv(a, b) * b;
const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);
const lesser = (a: readonly number[], b: readonly number[]): number[] => a.map((n, i) => Math.min(n, b[i]!));
const last3 = (shape: readonly number[]): readonly number[] => shape.slice(-3);

const truncF32 = (n: number, bandwidth: number): number => Math.trunc(f32(f32(n) / bandwidth));

/** Output cycles per element by row of docs/model/cycles-u55-u65.md#output-rates, and of the activation stage. */
const RATES: Readonly<Record<string, readonly [rates: number[], activations: number[]]>> = {
  'ethos-u55-32': [
    [2, 3, 3, 3, 4, 6, 1, 2],
    [1, 1, 0],
  ],
  'ethos-u55-64': [
    [1, 1.5, 1.5, 1.5, 2, 3, 0.5, 1],
    [1, 1, 0],
  ],
  'ethos-u55-128': [
    [0.75, 1.25, 0.75, 0.75, 1, 1.5, 0.25, 0.5],
    [1, 0.5, 0],
  ],
  'ethos-u55-256': [
    [0.625, 1.125, 0.5, 0.375, 0.5, 0.75, 0.125, 0.25],
    [1, 0.25, 0],
  ],
  'ethos-u65-256': [
    [0.625, 1.125, 0.5, 0.375, 0.5, 0.75, 0.125, 0.25],
    [1, 0.25, 0],
  ],
  'ethos-u65-512': [
    [0.3125, 0.5625, 0.25, 0.1875, 0.25, 0.375, 0.0625, 0.125],
    [0.5, 0.125, 0],
  ],
};

function rateRow(op: CostOp, wide: boolean): number {
  const elementwise = op.opClass === 'elementwise';
  if (elementwise && op.ifms[0]!.bits === 32) return op.ifms[1] ? 1 : 0;
  if (op.kind === 'Mul' && op.ofm.bits === 32) return 2;
  if (op.kind === 'Mul' || (!elementwise && wide)) return 3;
  if (op.kind === 'Add' || op.kind === 'Sub') return 5;
  return op.kind === 'MaxPool' ? 6 : 7;
}

/** Bytes on the bus for `count` bytes (docs/model/cycles-u55-u65.md#bursts). */
export function plainTransfer(
  read: boolean,
  memory: Memory,
  format: string,
  bits: number,
  block: readonly number[],
  shape: readonly number[],
  cores: number,
  count: number,
): number {
  const [, blockW, blockC] = block as [number, number, number];
  const [, , shapeW, shapeC] = shape as [number, number, number, number];
  const all = bits * blockW * blockC;
  let burst: number;
  if (format === 'NHCWB16') {
    burst = Math.floor((shapeW * bits * 16) / 8) === blockC ? all : 16 * bits * blockW * (read ? 1 : cores);
  } else {
    const dense = Math.floor((shapeC * bits) / 8) === blockC;
    if (read) burst = dense ? all : bits * blockC;
    else if (blockC <= 16 && dense) burst = all;
    else burst = Math.min(512, 16 * bits * cores, blockC * bits);
  }
  return Math.floor((count * memory.burstLength) / Math.min(memory.burstLength, Math.floor(burst / 8)));
}

const read = (
  view: CostView,
  bits: number,
  memory: Memory,
  blocks: PlainBlocks,
  acc: U55Accelerator,
  count: number,
): number => plainTransfer(true, memory, view.format, bits, blocks.ifm, view.shape, acc.cores, count);

const written = (
  op: CostOp,
  memory: Memory,
  blocks: PlainBlocks,
  acc: U55Accelerator,
  count: number,
): number =>
  plainTransfer(false, memory, op.ofm.format, op.ofm.bits, blocks.ofm, op.ofm.shape, acc.cores, count);

/** Sizes of the sub-kernels that a kernel is cut into. */
function subKernels(height: number, width: number, limit: number): number[] {
  const cut = (n: number): number[] => (n <= limit ? [n] : [limit, ...cut(n - limit)]);
  return cut(height).flatMap((h) => cut(width).map((w) => h * w));
}

const subKernelLimit = (op: CostOp): number =>
  op.opClass === 'vector-product' || op.opClass === 'elementwise' ? 1 : 8;

function macBlock(op: CostOp, acc: U55Accelerator, blocks: PlainBlocks, nub: readonly number[]): number {
  const small = acc.name === 'ethos-u55-32';
  const large = acc.macsPerCycle === 256;
  const [nH, nW, nD] = nub as [number, number, number];
  const A = nH * nW;
  const bits = op.ifms[0]!.bits;
  const D = op.ifms[0]!.shape[3];
  const Db = Math.min(D, blocks.ifm[2]!);
  const wb = small ? 16 : 32;
  const delta = large ? 2 : small ? (blocks.wide ? 7 : 3) : blocks.wide ? 3 : 2;
  const pk = op.opClass === 'conv' && blocks.traversal === 'part-kernel';
  let sum = 0;
  for (const e of subKernels(op.kernel.height, op.kernel.width, subKernelLimit(op))) {
    let s: number;
    let cycles: number;
    if (op.opClass === 'pool') {
      s = 1;
      cycles = Math.max(4, e) * product(nub) * (small ? 1 : bits / 2);
    } else if (op.opClass === 'depthwise') {
      s = ceilDiv(e, 4);
      cycles = Math.max(wb, 4 * A * (bits / 8)) * s * nD;
    } else if (pk) {
      s = ceilDiv(e, bits === 16 ? 2 : 4);
      cycles = Math.max(wb, 4 * A) * s * nD * ceilDiv(Db, 8);
    } else {
      s = e;
      cycles = Math.max(wb, 4 * A) * s * nD;
    }
    let delay = 0;
    if (A === 1 && nD === 1) delay = delta * s;
    if (A === 1 && nD > 1 && s > 1) delay = delta * (s - 1) * nD;
    if (small && (nW === 1 || nH === 1) && nD > 1 && blocks.wide) delay += delta * nD;
    sum += cycles + (pk ? delay * ceilDiv(Db, 8) : delay);
  }
  if (['conv', 'vector-product', 'reduce-sum'].includes(op.opClass)) sum *= ceilDiv(D, Db);
  return Math.floor(sum / acc.cores);
}

/** Run cycles of the whole operation (docs/model/cycles-u55-u65.md#run-cycles). */
export function plainRunCycles(
  op: CostOp,
  acc: U55Accelerator,
  blocks: PlainBlocks,
  memories: PlainMemories,
): number {
  const [rates, activations] = RATES[acc.name]!;
  const aoE = Math.max(rates[rateRow(op, blocks.wide)]!, activations[op.activation]!);
  const ibits = op.ifms[0]!.bits;
  const ifmIn = Math.max(
    ...op.ifms.map((view, i) => {
      const memory = memories.ifms[i]!;
      const B = Math.floor((product(lesser(last3(view.shape), blocks.ifm)) * ibits) / 8);
      return memory.readLatency + truncF32(read(view, ibits, memory, blocks, acc, B), memory.bytesPerCycle);
    }),
  );
  const OFM = last3(op.ofm.shape);
  const ofmB = lesser(OFM, blocks.ofm);
  const outBytes = Math.floor((product(ofmB) * op.ofm.bits) / 8);
  const { ofm } = memories;
  const ofmOut = ofm.writeLatency + truncF32(written(op, ofm, blocks, acc, outBytes), ofm.bytesPerCycle);

  if (op.opClass === 'elementwise') {
    const depth = op.ofm.format === 'NHCWB16' ? up(OFM[2]!, 16) : OFM[2]!;
    const V = OFM[0]! * OFM[1]! * depth;
    const cpe = (Math.max(ofmOut, ifmIn) / product(blocks.ofm) + aoE) / 4;
    return Math.max(Math.ceil(cpe * V), Math.ceil(aoE * V));
  }

  const [uh, uw, ud] = acc.ofmUblock;
  const oneRow =
    uh === 2 &&
    (op.opClass === 'conv' || op.opClass === 'vector-product') &&
    OFM[0] === 1 &&
    OFM[1]! % 2 === 0 &&
    op.kernel.height === 1;
  const ub = oneRow ? [1, 4, ud] : [uh, uw, ud];
  const nub = ofmB.map((n, i) => ceilDiv(n, ub[i]!));
  const numBlocks = product(OFM.map((n, i) => ceilDiv(n, ub[i]!))) / product(nub);
  const mac = macBlock(op, acc, blocks, nub);
  const aoC = Math.ceil(aoE * product(ofmB));
  const bias = op.weights === undefined ? 0 : (10 * ofmB[2]! * memories.weightLatency) / 256;
  const ao = Math.max(aoC, bias);
  const memDiff = numBlocks > 1 ? Math.abs(ofmOut - ifmIn) : 0;
  const cmd = (memDiff + mac + ao) / 4;
  const m = Math.max(mac, cmd);
  const a = Math.max(ao, cmd);
  const T = m > a ? Math.trunc(Math.trunc(m * numBlocks) + a) : Math.trunc(a * numBlocks + m);
  return T + ofmOut + ifmIn;
}

/** Elements read and written, and passes over the weights (docs/model/cycles-u55-u65.md#elements). */
export interface PlainElements {
  readonly ifmRead: number;
  readonly ifm2Read: number;
  readonly ofmWrite: number;
  readonly passes: number;
}

export function plainElements(op: CostOp, blocks: PlainBlocks): PlainElements {
  const [ifm, ifm2] = op.ifms as [CostView, CostView | undefined];
  const brick = (shape: readonly number[], format: string): number =>
    product(shape.slice(0, -1)) * (format === 'NHCWB16' ? up(shape.at(-1)!, 16) : shape.at(-1)!);
  const R16 = (shape: readonly number[]): number => brick(shape, ifm.format);
  const ofmWrite = brick(op.ofm.shape, op.ofm.format);
  if (op.opClass === 'elementwise') {
    const whole = R16(op.ofm.shape);
    if (product(ifm.shape) === 1) {
      if (ifm.bits > 8) return { ifmRead: R16(ifm.shape), ifm2Read: 0, ofmWrite, passes: 0 };
      return { ifmRead: 0, ifm2Read: ifm2 ? whole : 0, ofmWrite, passes: 0 };
    }
    let ifm2Read = 0;
    if (ifm2 && product(ifm2.shape) > 1) ifm2Read = whole;
    else if (ifm2 && ifm2.bits > 8) ifm2Read = R16(ifm2.shape);
    return { ifmRead: whole, ifm2Read, ofmWrite, passes: 0 };
  }
  const ofmBlocks = last3(op.ofm.shape).map((n, i) => ceilDiv(n, Math.min(n, blocks.ofm[i]!)));
  if (op.opClass === 'depthwise' || op.opClass === 'pool') ofmBlocks[2] = 1;
  const area = Math.min(ifm.shape[1], blocks.ifm[0]!) * Math.min(ifm.shape[2], blocks.ifm[1]!);
  const depth = ifm.format === 'NHCWB16' ? up(ifm.shape[3], 16) : ifm.shape[3];
  const kernels = subKernels(op.kernel.height, op.kernel.width, subKernelLimit(op)).length;
  return {
    ifmRead: (area * depth * kernels * product(ofmBlocks)) | 0,
    ifm2Read: 0,
    ofmWrite,
    passes: op.weights === undefined ? 0 : ofmBlocks[0]! * ofmBlocks[1]!,
  };
}

/** Bytes of IFM, IFM2 and OFM (docs/model/cycles-u55-u65.md#bytes). */
export function plainBytes(
  op: CostOp,
  acc: U55Accelerator,
  blocks: PlainBlocks,
  memories: PlainMemories,
): { ifm: number; ifm2: number; ofm: number } {
  const { ifmRead, ifm2Read, ofmWrite } = plainElements(op, blocks);
  const [ifm, ifm2] = op.ifms as [CostView, CostView | undefined];
  return {
    ifm: read(ifm, ifm.bits, memories.ifms[0]!, blocks, acc, ifmRead),
    ifm2: ifm2 ? read(ifm2, ifm.bits, memories.ifms[1]!, blocks, acc, ifm2Read) : 0,
    ofm: written(op, memories.ofm, blocks, acc, ofmWrite),
  };
}
