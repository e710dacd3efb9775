import { cloneOp } from '../clone.js';
import { emitSingle } from '../emit.js';
import {
  connectInput,
  connectOutput,
  disconnect,
  expectOperations,
  ifmOf,
  newOp,
  newTensor,
  NO_KERNEL,
  ofmOf,
  rewrite,
  sizeOf,
} from '../ir.js';
import type { Op } from '../ir.js';
import { fromEnd, withAxis, zeros } from '../shape.js';
import { filters, separate, weightsOf } from '../weights.js';
import { hasBatch, splitLeading } from './batch.js';
import { isTooLarge, narrow } from '../view-parts.js';
import { rulesOf, type SplitContext } from './context.js';
import { poolByScaling, unrollKernel, untangleDilation } from './strided.js';
import { splitTranspose } from './transpose.js';

const H = 1;
const W = 2;
const C = 3;

/** Filters per input channel of a depthwise convolution. */
const multiplierOf = (op: Op): number => {
  const weights = op.kind === 'DepthwiseConv2D' ? weightsOf(op) : undefined;
  return weights === undefined ? 1 : weights.shape[0] / fromEnd(sizeOf(ifmOf(op)), -1);
};

/**
 * One depthwise operation per filter of a channel, their results interleaved by a transposition
 * (docs/model/lowering.md#depth-multipliers).
 */
function splitMultiplier(op: Op, context: SplitContext, multiplier: number): Op[] {
  const { graph } = context;
  const ofm = ofmOf(op);
  const [, h, w] = sizeOf(ofm) as readonly [number, number, number, number];
  const weights = weightsOf(op)!;
  const depth = weights.shape[0] / multiplier;
  const stacked = newTensor(ofm.tensor.name, ofm.tensor.type, [multiplier, h, w, depth]);
  stacked.quant = ofm.quant;
  const parts: Op[] = [];
  for (let j = 0; j < multiplier; j++) {
    const part = cloneOp(graph, op);
    part.weights = separate(filters(weights, j, multiplier, depth));
    const written = ofmOf(part);
    rewrite(part, written, stacked);
    written.shape = stacked.shape;
    written.slice = { offset: withAxis(zeros(4), 0, j), size: [1, h, w, depth] };
    parts.push(part);
  }
  const transpose = newOp(graph, 'Transpose', op.source);
  connectInput(transpose, 0, stacked, stacked.shape, undefined);
  const written = connectOutput(transpose, ofm.tensor, [h, w, depth, multiplier], undefined);
  written.slice = ofm.slice;
  transpose.axes = [1, 2, 3, 0];
  disconnect(op);
  return [...parts, ...splitTranspose(transpose, context)];
}

/** The OFM block that the search chooses for the operation with a kernel of one element. */
function blockFor(op: Op, context: SplitContext): readonly [number, number, number] {
  const { kernel } = op;
  op.kernel = NO_KERNEL;
  const block = context.target.blockOf(emitSingle(op));
  op.kernel = kernel;
  const size = sizeOf(ofmOf(op));
  return [Math.min(block[0], size[H]!), Math.min(block[1], size[W]!), Math.min(block[2], size[C]!)];
}

interface Extent {
  readonly start: number;
  readonly size: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Part of the IFM axis that `count` positions from `at` on read, and the padding that they see; `upscale` is 2 where
 * the IFM is read enlarged.
 */
function extent(
  ifm: number,
  at: number,
  count: number,
  whole: boolean,
  [stride, kernel, before, after]: readonly [number, number, number, number],
  upscale: 1 | 2,
): Extent {
  if (whole) return { start: 0, size: ifm, before, after };
  const end = ifm * upscale;
  const from = at * stride - before;
  const to = from + (count - 1) * stride + kernel;
  const start = Math.floor(Math.max(0, from) / upscale);
  return {
    start,
    size: Math.ceil(Math.min(end, to) / upscale) - start,
    before: Math.max(0, -from),
    after: Math.max(0, to - end),
  };
}

/** One operation per OFM block (docs/model/lowering.md#blocks). */
function splitBlocks(op: Op, context: SplitContext): Op[] {
  const [bh, bw, bc] = blockFor(op, context);
  const size = sizeOf(ofmOf(op));
  const [h, w, c] = [size[H]!, size[W]!, size[C]!];
  if (bh >= h && bw >= w && bc >= c) return [op];
  expectOperations(context.graph, op.source, Math.ceil(h / bh) * Math.ceil(w / bw) * Math.ceil(c / bc));
  const { kernel } = op;
  const dilated = (k: number, d: number): number => d * (k - 1) + 1;
  const weights = op.weights ?? weightsOf(op);
  const ifm = sizeOf(ifmOf(op));
  const upscale = op.upscale === 'none' ? 1 : 2;
  const parts: Op[] = [];
  for (let y = 0; y < h; y += bh) {
    for (let x = 0; x < w; x += bw) {
      for (let z = 0; z < c; z += bc) {
        const [nh, nw, nc] = [Math.min(bh, h - y), Math.min(bw, w - x), Math.min(bc, c - z)];
        const part = cloneOp(context.graph, op);
        const rows = extent(
          ifm[H]!,
          y,
          nh,
          nh === h,
          [kernel.strideH, dilated(kernel.height, kernel.dilationH), kernel.top, kernel.bottom],
          upscale,
        );
        const columns = extent(
          ifm[W]!,
          x,
          nw,
          nw === w,
          [kernel.strideW, dilated(kernel.width, kernel.dilationW), kernel.left, kernel.right],
          upscale,
        );
        part.kernel = {
          ...kernel,
          top: rows.before,
          bottom: rows.after,
          left: columns.before,
          right: columns.after,
        };
        const read = ifmOf(part);
        narrow(read, H, rows.start, rows.size);
        narrow(read, W, columns.start, columns.size);
        const written = ofmOf(part);
        narrow(written, H, y, nh);
        narrow(written, W, x, nw);
        narrow(written, C, z, nc);
        const byChannel = op.kind !== 'Conv2D' && op.kind !== 'FullyConnected';
        if (byChannel) narrow(read, C, z, nc);
        if (weights !== undefined) part.weights = filters(weights, z, 1, nc);
        parts.push(part);
      }
    }
  }
  disconnect(op);
  return parts;
}

const hasLargeStride = ({ kernel }: Op): boolean => kernel.strideH > 3 || kernel.strideW > 3;

function needsScaling({ kind, kernel }: Op): boolean {
  if (kind !== 'AvgPool') return false;
  const padded = kernel.top + kernel.left + kernel.bottom + kernel.right > 0;
  return kernel.strideH > 3 || kernel.strideW > 3 || (padded && (kernel.height > 8 || kernel.width > 8));
}

/** Convolutions and pools in the form that the hardware takes (docs/model/lowering.md#splitting). */
export function splitConvolution(op: Op, context: SplitContext): Op[] {
  const { graph } = context;
  if (hasBatch(op)) {
    const rank = ofmOf(op).shape.length;
    const axes = op.kind === 'MaxPool' ? rank - 3 : 1;
    const parts = splitLeading(op, graph, axes);
    if (parts.length > 1) return parts.flatMap((part) => splitConvolution(part, context));
  }
  const multiplier = multiplierOf(op);
  if (multiplier > 1) return splitMultiplier(op, context, multiplier);
  if (!rulesOf(context).longStrides) return isLarge(op) ? splitBlocks(op, context) : [op];
  if (needsScaling(op)) return poolByScaling(op, graph, (part) => splitConvolution(part, context));
  const strided = hasLargeStride(op);
  if (!strided && !isLarge(op)) return [op];
  if (op.kernel.dilationH > 1 || op.kernel.dilationW > 1) {
    return untangleDilation(op, graph).flatMap((part) => splitConvolution(part, context));
  }
  return splitBlocks(op, context).flatMap((part) =>
    hasLargeStride(part) ? unrollKernel(part, graph) : [part],
  );
}

const isLarge = (op: Op): boolean => isTooLarge(ifmOf(op)) || isTooLarge(ofmOf(op));
