import { build, namedConstant } from '../build.js';
import { cloneOp } from '../clone.js';
import { become, connectInputLike, disconnect, ifmOf, newOp, newTensor, ofmOf, sizeOf } from '../ir.js';
import type { IrGraph, Op, View } from '../ir.js';
import type { WeightArray } from '../../weights/weight-array.js';
import { elements } from '../shape.js';
import { separate, subKernel, weightsOf } from '../weights.js';
import { setSlice } from '../view-parts.js';

const H = 1;
const W = 2;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Parts of a view in height and width: offsets are added, extents set, steps multiplied. */
function sub(
  view: View,
  [y, x]: readonly [number, number],
  [h, w]: readonly [number, number],
  [sy, sx]: readonly [number, number],
): void {
  const offset = [...(view.slice?.offset ?? [0, 0, 0, 0])];
  const size = [...sizeOf(view)];
  offset[H]! += y;
  offset[W]! += x;
  size[H] = h;
  size[W] = w;
  const step = [...(view.step ?? [1, 1, 1, 1])];
  step[H]! *= sy;
  step[W]! *= sx;
  setSlice(view, offset, size);
  view.step = step[H] === 1 && step[W] === 1 ? undefined : step;
}

/** Dilation that meets another requirement, on U85 (docs/model/lowering.md#dilated-strides). */
export function untangleDilation(op: Op, graph: IrGraph): Op[] {
  const { kernel } = op;
  const gy = gcd(kernel.dilationH, kernel.strideH);
  const gx = gcd(kernel.dilationW, kernel.strideW);
  const [ny, nx] = [kernel.dilationH / gy, kernel.dilationW / gx];
  const [, ih, iw] = sizeOf(ifmOf(op)) as readonly [number, number, number, number];
  const [, oh, ow] = sizeOf(ofmOf(op)) as readonly [number, number, number, number];
  const parts: Op[] = [];
  for (let dy = 0; dy < ny; dy++) {
    for (let dx = 0; dx < nx; dx++) {
      const part = cloneOp(graph, op);
      part.kernel = {
        ...kernel,
        strideH: kernel.strideH / gy,
        strideW: kernel.strideW / gx,
        dilationH: 1,
        dilationW: 1,
      };
      const [y, x] = [dy * kernel.strideH, dx * kernel.strideW];
      sub(ifmOf(part), [y, x], [ih - y, iw - x], [kernel.dilationH, kernel.dilationW]);
      sub(ofmOf(part), [dy, dx], [oh - dy, ow - dx], [ny, nx]);
      parts.push(part);
    }
  }
  disconnect(op);
  return parts;
}

/** Does kernel row (or column) `k` read anything but padding? */
function readsData(k: number, before: number, stride: number, ifm: number, ofm: number): boolean {
  for (let o = 0; o < ofm; o++) {
    const at = o * stride + k - before;
    if (at >= 0 && at < ifm) return true;
  }
  return false;
}

/**
 * One element of all filters, also of those that this part of the OFM does not need
 * (docs/model/lowering.md#kernel-elements).
 */
function kernelElement(weights: WeightArray, ky: number, kx: number): WeightArray {
  const [, h, w] = weights.shape;
  const whole = weights.sourceVolume ?? elements(weights.shape);
  return separate(subKernel(weights, [ky, kx], [1, 1], [1, 1]), whole / (h * w));
}

/** One operation per kernel element, accumulating, on U85 (docs/model/lowering.md#kernel-elements). */
export function unrollKernel(op: Op, graph: IrGraph): Op[] {
  const { kernel } = op;
  const ifm = ifmOf(op);
  const weights = op.weights ?? weightsOf(op);
  const [, ih, iw] = sizeOf(ifm) as readonly [number, number, number, number];
  const [, oh, ow] = sizeOf(ofmOf(op)) as readonly [number, number, number, number];
  const parts: Op[] = [];
  for (let ky = 0; ky < kernel.height; ky++) {
    for (let kx = 0; kx < kernel.width; kx++) {
      const last = ky === kernel.height - 1 && kx === kernel.width - 1;
      const reads =
        readsData(ky, kernel.top, kernel.strideH, ih, oh) &&
        readsData(kx, kernel.left, kernel.strideW, iw, ow);
      if (!reads && !(last && parts.length === 0)) continue;
      const part = cloneOp(graph, op);
      const [y, x] = [Math.max(0, ky - kernel.top), Math.max(0, kx - kernel.left)];
      part.kernel = {
        ...kernel,
        height: 1,
        width: 1,
        strideH: 1,
        strideW: 1,
        top: 0,
        left: 0,
        bottom: 0,
        right: 0,
      };
      if (weights !== undefined) part.weights = kernelElement(weights, ky, kx);
      sub(ifmOf(part), [y, x], [ih - y, iw - x], [kernel.strideH, kernel.strideW]);
      parts.push(part);
    }
  }
  disconnect(op);
  return parts;
}

/** An average as a sum that is scaled afterwards, on U85 (docs/model/lowering.md#pool-scaling). */
export function poolByScaling(op: Op, graph: IrGraph, split: (part: Op) => Op[]): Op[] {
  const { kernel } = op;
  const ofm = ofmOf(op);
  const [, h, w] = ofm.shape as readonly [number, number, number, number];
  const sum = newTensor('#sum', 'int32', ofm.shape);
  const scaled = newTensor('#scaled', 'int32', ofm.shape);
  const target = ofm.tensor;
  const contents = JSON.stringify([kernel, sizeOf(ifmOf(op)), ifmOf(op).quant, ofm.quant]);
  const shape = [1, kernel.top + kernel.bottom > 0 ? h : 1, kernel.left + kernel.right > 0 ? w : 1, 1];
  const mul = build(
    graph,
    'Mul',
    op.source,
    [sum, namedConstant('#multipliers', 'int32', shape, `multipliers ${contents}`)],
    scaled,
  );
  const shift = newOp(graph, 'Asr', op.source);
  connectInputLike(shift, 0, { ...ofmOf(mul) });
  connectInputLike(shift, 1, {
    ...mul.inputs[1]!,
    tensor: namedConstant('#shifts', 'int32', shape, `shifts ${contents}`),
  });
  op.outputs.length = 0;
  target.writers.splice(target.writers.indexOf(op), 1);
  const written: View = { ...ofm };
  shift.outputs.push(written);
  target.writers.push(shift);
  op.outputs.push({ ...ofm, tensor: sum, slice: undefined, quant: undefined });
  sum.writers.push(op);
  const parts = split(become(graph, op, 'SumPool'));
  return [...parts, mul, shift];
}
