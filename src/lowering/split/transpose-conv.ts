import {
  become,
  connectInputLike,
  connectOutputLike,
  disconnect,
  ifmOf,
  newOp,
  NO_KERNEL,
  ofmOf,
  sizeOf,
} from '../ir.js';
import type { IrGraph, Op } from '../ir.js';
import type { WeightArray } from '../../weights/weight-array.js';
import { scalingOf } from '../records.js';
import { fromEnd } from '../shape.js';
import { constantWeights, mirrored, separate, subKernel, weightsOf } from '../weights.js';
import { setSlice } from '../view-parts.js';

interface Padding {
  readonly before: number;
  readonly after: number;
}

/** Padding of one axis of the upscaled problem (docs/model/lowering.md#transposed-convolutions). */
function upscaledPadding(
  ifm: number,
  ofm: number,
  stride: number,
  kernel: number,
  unit: boolean,
  same: boolean,
): Padding {
  const total = Math.max(0, ofm - 1 + kernel - ifm * stride);
  if (unit) return { before: (total + 1) >> 1, after: total >> 1 };
  if (!same) return { before: kernel - 1, after: Math.max(kernel - 2, 0) };
  const after = Math.max(Math.floor((total + 1) / stride) - 1, 0);
  return { before: Math.max(kernel - 1 - after, 0), after };
}

/**
 * TRANSPOSE_CONV as a convolution on the IFM with zeros between its elements
 * (docs/model/lowering.md#transposed-convolution-parts).
 */
export function transposeConvByUpscaling(op: Op, graph: IrGraph): Op[] {
  const { kernel } = op;
  const [ifm, ofm] = [ifmOf(op).shape, ofmOf(op).shape];
  const same = op.source.operator.options['padding'] === 'SAME';
  const unit = kernel.strideH === 1 && kernel.strideW === 1;
  const pad = (axis: number, stride: number, size: number): Padding =>
    upscaledPadding(fromEnd(ifm, axis), fromEnd(ofm, axis), stride, size, unit, same);
  const y = pad(-3, kernel.strideH, kernel.height);
  const x = pad(-2, kernel.strideW, kernel.width);
  const weights = weightsOf(op);
  if (weights !== undefined) op.weights = mirrored(weights);
  if (!unit) op.upscale = 'zeros';
  op.kernel = {
    ...NO_KERNEL,
    height: kernel.height,
    width: kernel.width,
    top: y.before,
    bottom: y.after,
    left: x.before,
    right: x.after,
  };
  return [become(graph, op, 'Conv2D')];
}

/**
 * One phase of an axis: which kernel elements it uses and what it reads and writes
 * (docs/model/lowering.md#transposed-convolution-parts).
 */
interface Phase {
  readonly first: number;
  readonly count: number;
  readonly start: number;
  readonly size: number;
  readonly before: number;
  readonly after: number;
  readonly skip: number;
}

/** Output padding of an axis on U85: negative where rows are cut off. */
function outputPadding(ifm: number, kernel: number, stride: number, same: boolean): Padding {
  if (!same) return { before: 0, after: 0 };
  const total = kernel - 1 - ((ifm * stride - 1) % stride);
  const before = -Math.trunc(total / 2);
  return { before, after: -(total + before) };
}

function phases(ofm: number, kernel: number, stride: number, pad: Padding): Phase[] {
  const p = Math.max(0, pad.before);
  const result: Phase[] = [];
  for (let o = 0; o < Math.min(kernel + p, stride); o++) {
    const first = (o + stride - (p % stride)) % stride;
    if (first >= kernel) continue;
    const n = Math.floor((kernel - 1 - first) / stride);
    const steps = Math.ceil((Math.abs(pad.before) - o) / stride);
    const start = pad.before >= 0 ? o : o + steps * stride + pad.before;
    const v = n + (pad.before >= 0 ? steps : -steps);
    const rows = Math.ceil((ofm - start) / stride);
    const after = n + rows - Math.ceil((ofm - start - pad.after) / stride);
    result.push({
      first,
      count: n + 1,
      start,
      size: ofm - start,
      before: Math.max(0, v),
      after: Math.max(0, after),
      skip: Math.max(0, -v),
    });
  }
  return result;
}

function phaseWeights(
  weights: WeightArray,
  y: Phase,
  x: Phase,
  stride: readonly [number, number],
): WeightArray {
  return separate(mirrored(subKernel(weights, [y.first, x.first], stride, [y.count, x.count])));
}

/** TRANSPOSE_CONV as one convolution per phase of its stride (docs/model/lowering.md#transposed-convolution-parts). */
export function transposeConvByPhases(op: Op, graph: IrGraph): Op[] {
  const { kernel } = op;
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const same = op.source.operator.options['padding'] === 'SAME';
  const weights = weightsOf(op);
  const [, ih, iw, ic] = sizeOf(ifm) as readonly [number, number, number, number];
  const [n, oh, ow, oc] = sizeOf(ofm) as readonly [number, number, number, number];
  const parts: Op[] = [];
  const scaling = scalingOf(op);
  const conv = (): Op => {
    const made = newOp(graph, 'Conv2D', op.source);
    made.scaling = scaling;
    connectInputLike(made, 0, ifm);
    connectOutputLike(made, ofm);
    parts.push(made);
    return made;
  };
  if (kernel.strideH > kernel.height || kernel.strideW > kernel.width) {
    conv().weights = constantWeights([oc, 1, 1, ic], false, 0);
  }
  const ys = phases(
    oh,
    kernel.height,
    kernel.strideH,
    outputPadding(ih, kernel.height, kernel.strideH, same),
  );
  const xs = phases(ow, kernel.width, kernel.strideW, outputPadding(iw, kernel.width, kernel.strideW, same));
  for (const y of ys) {
    for (const x of xs) {
      const made = conv();
      made.kernel = {
        ...NO_KERNEL,
        height: y.count,
        width: x.count,
        top: y.before,
        bottom: y.after,
        left: x.before,
        right: x.after,
      };
      if (weights !== undefined) made.weights = phaseWeights(weights, y, x, [kernel.strideH, kernel.strideW]);
      setSlice(ifmOf(made), [0, y.skip, x.skip, 0], [n, ih - y.skip, iw - x.skip, ic]);
      const written = ofmOf(made);
      setSlice(written, [0, y.start, x.start, 0], [n, y.size, x.size, oc]);
      if (kernel.strideH > 1 || kernel.strideW > 1) written.step = [1, kernel.strideH, kernel.strideW, 1];
    }
  }
  disconnect(op);
  return parts;
}
