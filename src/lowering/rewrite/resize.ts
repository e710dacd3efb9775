import { filledConstant } from '../build.js';
import {
  become,
  connectInputLike,
  connectInput,
  connectOutputLike,
  disconnect,
  disconnectInput,
  ifmOf,
  newOp,
  ofmOf,
  ROLE,
  sizeOf,
  UNIT,
} from '../ir.js';
import type { IrGraph, Op } from '../ir.js';
import { flagOption } from '../read.js';
import { fromEnd } from '../shape.js';
import type { Fraction, ResizePlan } from '../resize-plan.js';
import { narrow } from '../view-parts.js';

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

function fractionOf(ofm: number, ifm: number, alignCorners: boolean, halfPixel: boolean): Fraction {
  const aligned = alignCorners && ifm > 1 ? 1 : 0;
  const divisor = gcd(ofm - aligned, ifm - aligned) || 1;
  const n = (ofm - aligned) / divisor;
  const d = (ifm - aligned) / divisor;
  return halfPixel ? { n: 2 * n, d: 2 * d, offset: Math.floor(d) - Math.floor(n) } : { n, d, offset: 0 };
}

/** RESIZE_* as one `Resize` (docs/model/lowering.md#resize). */
export function lowerResize(op: Op, graph: IrGraph): Op {
  const { operator } = op.source;
  const bilinear = operator.kind === 'RESIZE_BILINEAR';
  const alignCorners = flagOption(operator, 'align_corners');
  const halfPixelOption = flagOption(operator, 'half_pixel_centers');
  const halfPixel = bilinear ? halfPixelOption : !alignCorners || halfPixelOption;
  const ifm = ifmOf(op).shape;
  const ofm = ofmOf(op).shape;
  const [h, w] = [fromEnd(ifm, -3), fromEnd(ifm, -2)];
  const plan: ResizePlan = {
    y: fractionOf(fromEnd(ofm, -3), h, alignCorners, halfPixel),
    x: fractionOf(fromEnd(ofm, -2), w, alignCorners, halfPixel),
    bilinear: bilinear && (h > 1 || w > 1),
  };
  op.extra = plan;
  return become(graph, op, 'Resize');
}

/** A copy between tensors as they lie in memory, without the operator's parameters. */
function toCopy(op: Op, graph: IrGraph): Op {
  disconnectInput(op, ROLE.parameter);
  for (const view of [ifmOf(op), ofmOf(op)]) {
    view.shape = view.tensor.shape;
    view.quant = UNIT;
  }
  return become(graph, op, 'MemoryCopy');
}

/** Whole IFM elements before the first sample are left out of the IFM instead. */
function skipLeading(op: Op, plan: ResizePlan): void {
  const ifm = ifmOf(op);
  const rank = ifm.shape.length;
  const skipped = ({ n, offset }: Fraction): number => (offset >= n ? Math.floor(offset / n) : 0);
  const [top, left] = [skipped(plan.y), skipped(plan.x)];
  if (top === 0 && left === 0) return;
  if (top > 0) narrow(ifm, rank - 3, top, sizeOf(ifm)[rank - 3]! - top);
  if (left > 0) narrow(ifm, rank - 2, left, sizeOf(ifm)[rank - 2]! - left);
  const rest = (axis: Fraction): Fraction => ({ ...axis, offset: axis.offset % axis.n });
  op.extra = { ...plan, y: top > 0 ? rest(plan.y) : plan.y, x: left > 0 ? rest(plan.x) : plan.x };
}

/**
 * A resize that changes nothing is a copy; another begins with the first element that it samples
 * (docs/model/lowering.md#resize).
 */
export function simplifyResize(op: Op, graph: IrGraph): Op {
  const plan = op.extra as ResizePlan;
  const { y, x, bilinear } = plan;
  if (y.offset === 0 && x.offset === 0) {
    const unit = y.n === 1 && y.d === 1 && x.n === 1 && x.d === 1;
    if (unit || (!bilinear && y.n === y.d && x.n === x.d)) return toCopy(op, graph);
  }
  skipLeading(op, plan);
  return op;
}

/** A single element is added to a constant of the OFM's shape (docs/model/lowering.md#resize). */
export function resizeByBroadcast(op: Op, graph: IrGraph): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  if (fromEnd(ifm.shape, -3) !== 1 || fromEnd(ifm.shape, -2) !== 1) return op;
  const add = newOp(graph, 'Add', op.source);
  connectInputLike(add, 0, ifm);
  const zeros = filledConstant('resize_zeros', ifm.tensor.type, ofm.shape, 0);
  connectInput(add, 1, zeros, ofm.shape, ifm.quant);
  connectOutputLike(add, ofm);
  disconnect(op);
  return add;
}
