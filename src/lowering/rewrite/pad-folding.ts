import { disconnect, ifmOf, input, ofmOf, reread, ROLE } from '../ir.js';
import type { Op, Tensor } from '../ir.js';
import { numberOption } from '../read.js';
import { sameQuant } from '../quant.js';
import { fromEnd } from '../shape.js';
import { integerValues, readIntegers } from '../values.js';

/** Padding per axis of a PAD: before and after. */
export function padAmounts(op: Op): readonly (readonly [number, number])[] | undefined {
  const view = input(op, ROLE.parameter);
  const values = view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type);
  if (values === undefined) return undefined;
  return ifmOf(op).shape.map((_, i) => [values[2 * i] ?? 0, values[2 * i + 1] ?? 0]);
}

/** The stored value that a PAD or PADV2 fills with. */
export function padValue(op: Op): number {
  const zeroPoint = ifmOf(op).tensor.quant?.zeroPoints[0] ?? 0;
  const constant = input(op, ROLE.parameter + 1)?.tensor;
  if (constant?.constant?.bytes === undefined) return zeroPoint;
  return readIntegers(constant.constant.bytes, constant.type)[0] ?? zeroPoint;
}

/** What is left of the padding after the last window, and `undefined` when it cannot be the convolution's own. */
function trailing(
  ifm: number,
  before: number,
  after: number,
  stride: number,
  dilated: number,
): number | undefined {
  const total = Math.max(0, (Math.ceil(ifm / stride) - 1) * stride + dilated - ifm);
  const r = (after % stride) - ((total - before) % stride);
  const left = Math.max(0, after - r - (r >= 0 ? 0 : stride));
  return before < dilated && left < dilated ? left : undefined;
}

const drops = (pad: Op, padded: Tensor): boolean => padded.readers.length === 0 && pad.inputs.length > 0;

/** A PAD with zeros in front of a convolution becomes its padding (docs/model/lowering.md#pad-folding). */
export function foldPadding(op: Op): Op {
  const { kernel } = op;
  if (kernel.top + kernel.left + kernel.bottom + kernel.right !== 0) return op;
  const ifm = ifmOf(op);
  const padded = ifm.tensor;
  const pad = padded.writers[0];
  if (padded.writers.length !== 1 || pad?.kind !== 'Pad') return op;
  const from = ifmOf(pad);
  const to = ofmOf(pad);
  const amounts = padAmounts(pad);
  if (amounts === undefined || from.tensor.type !== to.tensor.type) return op;
  if (from.quant === undefined || !sameQuant(from.quant, to.quant)) return op;
  if (padValue(pad) !== (from.quant.zeroPoints[0] ?? 0)) return op;
  const rank = amounts.length;
  if (amounts.some(([a, b], i) => i !== rank - 3 && i !== rank - 2 && a + b !== 0)) return op;
  const [top, bottom] = amounts[rank - 3] ?? [0, 0];
  const [left, right] = amounts[rank - 2] ?? [0, 0];
  const dilatedH = kernel.dilationH * (kernel.height - 1) + 1;
  const dilatedW = kernel.dilationW * (kernel.width - 1) + 1;
  const below = trailing(fromEnd(from.shape, -3), top, bottom, kernel.strideH, dilatedH);
  const beside = trailing(fromEnd(from.shape, -2), left, right, kernel.strideW, dilatedW);
  if (below === undefined || beside === undefined) return op;
  op.kernel = { ...kernel, top, left, bottom: below, right: beside };
  reread(op, ifm, from.tensor);
  ifm.shape = from.shape;
  ifm.slice = from.slice;
  if (drops(pad, padded) && !padded.graphOutput) disconnect(pad);
  return op;
}

/** Is it one of the mirroring modes of MIRROR_PAD, and by how much does it leave out the border itself? */
export const mirrorSkip = (op: Op): number =>
  op.source.operator.options['mode'] === 'SYMMETRIC' || numberOption(op.source.operator, 'mode') === 1
    ? 0
    : 1;
