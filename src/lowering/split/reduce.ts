import { buildReader } from '../build.js';
import { cloneOp } from '../clone.js';
import { connectOutput, disconnect, ifmOf, newTensor, NO_KERNEL, ofmOf, reread, sizeOf } from '../ir.js';
import type { IrGraph, Op } from '../ir.js';
import type { Kernel } from '../operations.js';
import { around, elements, fromEnd, withAxis } from '../shape.js';
import { hasBatch } from './batch.js';
import { LARGEST_AXIS, narrow } from '../view-parts.js';
import { rulesOf, type SplitContext } from './context.js';

/** Is the axis one that the hardware reduces over (docs/model/lowering.md#splitting)? */
function fits(op: Op, axis: number, rank: number, extended: boolean): boolean {
  if (hasBatch(op)) return false;
  return extended ? axis === rank - 3 || axis === rank - 2 : axis === rank - 2;
}

/** Parts of at most 65536 positions of an axis that is not reduced. */
function splitAxis(op: Op, graph: IrGraph, axis: number): Op[] {
  const total = sizeOf(ifmOf(op))[axis]!;
  if (total <= LARGEST_AXIS) return [op];
  const parts: Op[] = [];
  for (let at = 0; at < total; at += LARGEST_AXIS) {
    const part = cloneOp(graph, op);
    const count = Math.min(LARGEST_AXIS, total - at);
    narrow(ifmOf(part), axis, at, count);
    narrow(ofmOf(part), axis, at, count);
    parts.push(part);
  }
  disconnect(op);
  return parts;
}

/** Kernel of a reduction of `size` positions; sums over the depth have none. */
function kernelOver(axis: number, rank: number, size: number): Kernel {
  if (axis === rank - 1) return NO_KERNEL;
  return axis === rank - 2 ? { ...NO_KERNEL, width: size } : { ...NO_KERNEL, height: size };
}

/**
 * A reduced axis of more than 65536: block by block into a tensor, which is reduced then
 * (docs/model/lowering.md#reduction-views).
 */
function splitReducedAxis(op: Op, graph: IrGraph, axis: number): Op[] {
  const ifm = ifmOf(op);
  const size = sizeOf(ifm);
  const total = size[axis]!;
  if (total <= LARGEST_AXIS) return [op];
  const blocks = Math.ceil(total / LARGEST_AXIS);
  const between = newTensor(`#${graph.stamp}`, ifm.tensor.type, withAxis(size, axis, blocks));
  const parts: Op[] = [];
  for (let block = 0; block < blocks; block++) {
    const at = block * LARGEST_AXIS;
    const count = Math.min(LARGEST_AXIS, total - at);
    const part = buildReader(graph, op.kind, op, ifm);
    narrow(ifmOf(part), axis, at, count);
    narrow(connectOutput(part, between, between.shape, ifm.quant), axis, block, 1);
    part.kernel = kernelOver(axis, size.length, count);
    parts.push(part);
  }
  reread(op, ifm, between);
  ifm.shape = between.shape;
  ifm.slice = undefined;
  op.kernel = kernelOver(axis, size.length, blocks);
  return [...parts, op];
}

/** Every axis in parts that the hardware takes; `axis` is the one that is reduced. */
function splitAxes(op: Op, graph: IrGraph, axis: number): Op[] {
  const rank = ifmOf(op).shape.length;
  return [rank - 3, rank - 2, rank - 1]
    .filter((other) => other !== axis)
    .reduce<Op[]>(
      (parts, other) => parts.flatMap((part) => splitAxis(part, graph, other)),
      splitReducedAxis(op, graph, axis),
    );
}

/** Sums over the depth. */
export function splitReduceSum(op: Op, { graph }: SplitContext): Op[] {
  if (hasBatch(op)) {
    const { shape } = ifmOf(op);
    const [w, c] = [fromEnd(shape, -2), fromEnd(shape, -1)];
    const h = elements(shape) / w / c;
    ifmOf(op).shape = [h, w, c];
    ofmOf(op).shape = [h, w, 1];
    op.divided = true;
  }
  return splitAxes(op, graph, ifmOf(op).shape.length - 1);
}

/**
 * Three axes around an axis that the hardware does not reduce over (docs/model/lowering.md#reduction-views). IFM and
 * OFM are each seen around the axis of that number, and the IFM is read as a whole.
 */
function viewAround(op: Op, axis: number): void {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  ifm.shape = around(ifm.shape, axis);
  ifm.slice = undefined;
  ofm.shape = around(ofm.shape, axis);
  op.kernel = kernelOver(1, 3, ifm.shape[1]!);
  op.divided = true;
}

/** Maxima and the like. */
export function splitReduce(op: Op, context: SplitContext): Op[] {
  const { graph } = context;
  const axis = op.axes?.[0] ?? 0;
  if (fits(op, axis, ifmOf(op).shape.length, rulesOf(context).reducesPlanes))
    return splitAxes(op, graph, axis);
  viewAround(op, axis);
  return splitAxes(op, graph, 1);
}
