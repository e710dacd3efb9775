import { build, buildReader } from '../build.js';
import { connectOutputLike, disconnect, ifmOf, newTensor, NO_KERNEL, ofmOf, sizeOf } from '../ir.js';
import type { IrGraph, Op, Tensor, View } from '../ir.js';
import type { Kernel } from '../operations.js';
import type { ResizePlan } from '../resize-plan.js';
import { repeatedTaps } from '../weights.js';
import { setSlice } from '../view-parts.js';

const H = 1;
const W = 2;

/** Numerators: by how much each axis grows. */
function growth({ y, x }: ResizePlan): readonly [number, number] {
  const half = (n: number, d: number): number => (d === 2 && n % 2 === 0 ? n / 2 : n);
  return [half(y.n, y.d), half(x.n, x.d)];
}

const isHalfPixel = ({ y, x }: ResizePlan): boolean =>
  y.d === 2 && x.d === 2 && y.n === 4 && x.n === 4 && y.offset === -1 && x.offset === -1;

function isAligned(ifm: readonly number[], ofm: readonly number[], largest: number): boolean {
  if (ifm[H] === 1 && ifm[W] === 1) return false;
  const ratio = (axis: number): number => Math.fround((ofm[axis]! - 1) / Math.max(ifm[axis]! - 1, 1));
  return Math.max(ratio(H), ratio(W)) === largest;
}

/** A pool of one element that reads its input doubled. */
function doubling(op: Op, graph: IrGraph, from: View, to: Tensor): Op {
  const pool = buildReader(graph, 'AvgPool', op, from);
  connectOutputLike(pool, { ...ofmOf(op), tensor: to, shape: to.shape, slice: undefined });
  pool.upscale = 'nearest';
  return pool;
}

/** Powers of two by repeated doubling (docs/model/lowering.md#resize-steps). */
function byDoubling(op: Op, graph: IrGraph, plan: ResizePlan): Op[] {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const [uy, ux] = growth(plan);
  const largest = Math.max(uy, ux);
  const aligned = isAligned(ifm.shape, ofm.shape, largest);
  const parts: Op[] = [];
  let from: View = { ...ifm };
  for (let r = largest; r > 2; r /= 2) {
    const [, h, w] = sizeOf(from) as readonly [number, number, number, number];
    const shape = [ofm.shape[0]!, h * Math.min(2, uy), w * Math.min(2, ux), ofm.shape[3]!];
    const pool = doubling(op, graph, from, newTensor(`#resize${r}`, ofm.tensor.type, shape));
    parts.push(pool);
    from = { ...ofmOf(pool), role: 0 };
  }
  const last = buildReader(graph, !plan.bilinear && aligned ? 'DepthwiseConv2D' : 'AvgPool', op, from);
  connectOutputLike(last, ofm);
  last.upscale = 'nearest';
  last.kernel = lastKernel(plan, aligned, uy, ux);
  if (last.kind === 'DepthwiseConv2D') {
    const taps = new Array<number>(uy * ux).fill(0);
    taps[Math.floor(uy / 2) * ux + Math.floor(ux / 2)] = 1;
    last.weights = repeatedTaps(sizeOf(ofm)[3]!, uy, ux, taps);
  }
  parts.push(last);
  disconnect(op);
  return parts;
}

function lastKernel({ bilinear }: ResizePlan, aligned: boolean, uy: number, ux: number): Kernel {
  if (!bilinear) return aligned ? { ...NO_KERNEL, height: uy, width: ux } : NO_KERNEL;
  const padding = aligned ? {} : { bottom: uy - 1, right: ux - 1 };
  return { ...NO_KERNEL, height: uy, width: ux, ...padding };
}

interface Part {
  readonly offset: readonly number[];
  readonly size: readonly number[];
}

function copyPart(op: Op, graph: IrGraph, from: View, to: Tensor, read: Part, write: Part): Op {
  const copy = build(graph, 'MemoryCopy', op.source, [from.tensor], to);
  const ifm = ifmOf(copy);
  ifm.shape = from.shape;
  ifm.quant = undefined;
  setSlice(ifm, read.offset, read.size);
  setSlice(ofmOf(copy), write.offset, write.size);
  return copy;
}

/** Weights in 16ths of the four neighbours of tile t. */
const TAPS: readonly (readonly number[])[] = [
  [1, 3, 3, 9],
  [3, 1, 9, 3],
  [3, 9, 1, 3],
  [9, 3, 3, 1],
];

/**
 * Twice as large with half-pixel centres: a mirrored border, then one depthwise operation per OFM phase
 * (docs/model/lowering.md#resize-steps).
 */
function byHalfPixels(op: Op, graph: IrGraph): Op[] {
  const ifm = { ...ifmOf(op), slice: undefined };
  const ofm = ofmOf(op);
  const [n, h, w, c] = ifm.shape as readonly [number, number, number, number];
  const bordered = newTensor(ifm.tensor.name, ifm.tensor.type, [n, h + 2, w + 2, c]);
  const own: View = { ...ifm, tensor: bordered, shape: bordered.shape };
  const row = (from: number, to: number): Op =>
    copyPart(
      op,
      graph,
      ifm,
      bordered,
      { offset: [0, from, 0, 0], size: [n, 1, w, c] },
      { offset: [0, to, 1, 0], size: [n, 1, w, c] },
    );
  const column = (from: number, to: number): Op =>
    copyPart(
      op,
      graph,
      own,
      bordered,
      { offset: [0, 0, from, 0], size: [n, h + 2, 1, c] },
      { offset: [0, 0, to, 0], size: [n, h + 2, 1, c] },
    );
  const whole = { offset: [0, 0, 0, 0], size: [n, h, w, c] };
  const parts = [
    copyPart(op, graph, ifm, bordered, whole, { ...whole, offset: [0, 1, 1, 0] }),
    row(0, 0),
    row(h - 1, h + 1),
    column(w, w + 1),
    column(1, 0),
  ];
  const [, oh, ow] = ofm.shape as readonly [number, number, number, number];
  for (let t = 0; t < 4; t++) {
    const [ty, tx] = [t >> 1, t & 1];
    const conv = buildReader(graph, 'DepthwiseConv2D', op, { ...own, quant: ifm.quant });
    const read = ifmOf(conv);
    setSlice(read, [0, ty, tx, 0], [n, h + 1, w + 1, c]);
    const written = connectOutputLike(conv, ofm);
    setSlice(written, [0, ty, tx, 0], [n, oh - 1, ow - 1, c]);
    written.step = [1, 2, 2, 1];
    conv.kernel = { ...NO_KERNEL, height: 2, width: 2 };
    conv.weights = repeatedTaps(c, 2, 2, TAPS[t]!);
    parts.push(conv);
  }
  disconnect(op);
  return parts;
}

/** A resize on the families without one (docs/model/lowering.md#resize-steps). */
export function splitResize(op: Op, graph: IrGraph): Op[] {
  const plan = op.extra as ResizePlan;
  return plan.bilinear && isHalfPixel(plan) ? byHalfPixels(op, graph) : byDoubling(op, graph, plan);
}
