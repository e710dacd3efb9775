import { build } from '../build.js';
import {
  become,
  connectInput,
  connectOutput,
  copyView,
  disconnect,
  ifmOf,
  input,
  newOp,
  newTensor,
  ofmOf,
  ROLE,
} from '../ir.js';
import type { IrGraph, Op } from '../ir.js';
import type { Kind } from '../kinds.js';
import type { Kernel } from '../operations.js';
import { elements, fromEnd, withAxis, zeros } from '../shape.js';
import { scalingOf } from '../records.js';
import { asConvolution, filters, ownTensor, spread, weightsOf } from '../weights.js';

const CONVOLUTIONS: ReadonlySet<Kind> = new Set<Kind>(['Conv2D', 'DepthwiseConv2D']);

/**
 * The filter's tensor is changed, so every convolution that reads it sees the spread one
 * (docs/model/lowering.md#dilation).
 */
function spreadWeights(op: Op, stepY: number, stepX: number): void {
  const readers = new Set(input(op, ROLE.weights)?.tensor.readers ?? []).add(op);
  for (const reader of readers) {
    const weights = CONVOLUTIONS.has(reader.kind) ? weightsOf(reader) : undefined;
    if (weights !== undefined) reader.weights = spread(weights, stepY, stepX);
  }
}

/** Hardware dilates by 1 and 2; what remains is spread over an enlarged kernel (docs/model/lowering.md#dilation). */
export function reduceDilation(op: Op): Op {
  const { kernel } = op;
  const { dilationH, dilationW } = kernel;
  if (dilationH <= 2 && dilationW <= 2) return op;
  const [hh, hw] = [dilationH % 2 === 0 ? 2 : 1, dilationW % 2 === 0 ? 2 : 1];
  const [my, mx] = [dilationH / hh, dilationW / hw];
  spreadWeights(op, my, mx);
  op.kernel = {
    ...kernel,
    height: my * (kernel.height - 1) + 1,
    width: mx * (kernel.width - 1) + 1,
    dilationH: hh,
    dilationW: hw,
  };
  return op;
}

/** A convolution in groups: one per group, then a concatenation (docs/model/lowering.md#grouped-convolutions). */
export function splitGroups(op: Op, graph: IrGraph): Op {
  if (op.builtin === '') return op;
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const weights = weightsOf(op);
  const depth = fromEnd(ifm.shape, -1);
  const perGroup = weights?.shape[3] ?? fromEnd(input(op, ROLE.weights)?.shape ?? [], -1);
  const groups = depth / perGroup;
  if (weights === undefined || groups <= 1) return op;
  const outputs = weights.shape[0] / groups;
  const last = ifm.shape.length - 1;
  const concat = newOp(graph, 'Concat', op.source);
  concat.axes = [ofm.shape.length - 1];
  for (let g = 0; g < groups; g++) {
    const shape = withAxis(ofm.shape, ofm.shape.length - 1, outputs);
    const part = newTensor(`${ofm.tensor.name}_group${g}`, ofm.tensor.type, shape);
    part.quant = ofm.quant;
    const conv = build(graph, 'Conv2D', op.source, [ifm.tensor], part);
    conv.kernel = op.kernel;
    conv.weights = ownTensor(weights, filters(weights, g * outputs, 1, outputs));
    conv.scaling = scalingOf(op);
    const view = ifmOf(conv);
    copyView(ifm, view);
    view.slice = {
      offset: withAxis(zeros(ifm.shape.length), last, g * perGroup),
      size: withAxis(ifm.shape, last, perGroup),
    };
    connectInput(concat, g, part);
  }
  const { tensor } = ofm;
  disconnect(op);
  copyView(ofm, connectOutput(concat, tensor));
  return concat;
}

const isPointwise = ({ height, width, strideH, strideW, top, left, bottom, right }: Kernel): boolean =>
  height === 1 && width === 1 && strideH === 1 && strideW === 1 && top + left + bottom + right === 0;

/** How `rows` vectors lie in height and width (docs/model/lowering.md#rows-of-a-product). */
export function rowsAsPlane(rows: number): readonly [number, number] {
  const least = Math.max(Math.floor(rows / 16), Math.ceil(Math.sqrt(rows)));
  let height = Math.floor(rows / least);
  while (rows % height !== 0) height--;
  return [height, rows / height];
}

/** A product of vectors with a matrix: vectors go to height and width; a single one leaves the OFM as it is. */
export function viewAsVectors(op: Op): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  if (op.kind === 'Conv2D') {
    const batch = elements(ifm.shape.slice(0, -3));
    if (batch <= 1 || !isPointwise(op.kernel) || ifm.slice !== undefined || ofm.slice !== undefined)
      return op;
  }
  const weights = weightsOf(op);
  if (weights === undefined) return op;
  const depth = weights.shape[3];
  if (ifm.slice !== undefined) return op;
  const rows = elements(ifm.shape) / depth;
  const [height, width] = rows > 1 ? rowsAsPlane(rows) : [1, 1];
  ifm.shape = [1, height, width, depth];
  if (rows > 1) ofm.shape = [1, height, width, fromEnd(ofm.shape, -1)];
  return op;
}

/** Strides and dilations that cannot matter become 1 (docs/model/lowering.md#kernel-simplification). */
export function simplifyKernel(op: Op): Op {
  const { kernel } = op;
  const ifm = ifmOf(op).shape;
  const ofm = ofmOf(op).shape;
  let { strideH, strideW, dilationH, dilationW } = kernel;
  const isPool = op.kind === 'AvgPool' || op.kind === 'MaxPool';
  const global =
    isPool &&
    kernel.height === strideH &&
    kernel.width === strideW &&
    kernel.height === fromEnd(ifm, -3) &&
    kernel.width === fromEnd(ifm, -2) &&
    kernel.top + kernel.left + kernel.bottom + kernel.right === 0;
  if (global || fromEnd(ofm, -3) === 1) strideH = 1;
  if (global || fromEnd(ofm, -2) === 1) strideW = 1;
  if (kernel.height === 1) dilationH = 1;
  if (kernel.width === 1) dilationW = 1;
  const same =
    strideH === kernel.strideH &&
    strideW === kernel.strideW &&
    dilationH === kernel.dilationH &&
    dilationW === kernel.dilationW;
  if (!same) op.kernel = { ...kernel, strideH, strideW, dilationH, dilationW };
  return op;
}

/** Depthwise on a single channel is a convolution (docs/model/lowering.md#small-rewrites). */
export function depthwiseToConvolution(op: Op, graph: IrGraph): Op {
  const weights = op.weights ?? weightsOf(op);
  if (weights === undefined || fromEnd(ifmOf(op).shape, -1) !== 1) return op;
  if (fromEnd(ofmOf(op).shape, -1) <= 1) return op;
  op.weights = asConvolution(weights);
  return become(graph, op, 'Conv2D');
}
