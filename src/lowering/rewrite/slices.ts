import { disconnect, ifmOf, ofmOf, reread, rewrite } from '../ir.js';
import type { Op, Tensor, View } from '../ir.js';
import { BINARY, ELEMENTWISE } from '../kinds.js';
import type { Kind } from '../kinds.js';
import { sameQuant } from '../quant.js';
import { elements, sameIgnoringLeadingOnes, sameShape, zeros } from '../shape.js';

const STOP_READERS: ReadonlySet<Kind> = new Set<Kind>([
  'Passthrough',
  'Reshape',
  'Tile',
  'Gather',
  'Scatter',
]);

/** Operations that only move data, which cannot write into a part of a tensor. */
const MOVERS: ReadonlySet<Kind> = new Set<Kind>([
  ...STOP_READERS,
  'Concat',
  'Pad',
  'Reverse',
  'Slice',
  'Transpose',
  'MemoryCopy',
]);

const isPart = (view: View): boolean => view.slice !== undefined && !sameShape(view.slice.size, view.shape);
const hasStep = (view: View): boolean => view.step?.some((step) => step !== 1) === true;

function movesToReader(copy: Op, reader: Op, view: View): boolean {
  const ofm = ofmOf(copy);
  if (!sameIgnoringLeadingOnes(view.shape, ofm.shape)) return false;
  if (!sameIgnoringLeadingOnes(ofm.shape, ofm.tensor.shape)) return false;
  if (view.slice !== undefined || (hasStep(view) && hasStep(ifmOf(copy)))) return false;
  if (reader.kind === 'Transpose' || reader.kind === 'Resize') return false;
  return view.role === 0 || (view.role === 1 && BINARY.has(reader.kind));
}

/** A copy that reads a part: its readers read the part themselves (docs/model/lowering.md#slices). */
export function sliceToConsumers(copy: Op): Op {
  const ifm = ifmOf(copy);
  const ofm = ofmOf(copy);
  if (ifm.slice === undefined || ofm.slice !== undefined) return copy;
  if (ifm.reversed !== undefined || ofm.reversed !== undefined) return copy;
  for (const reader of [...ofm.tensor.readers]) {
    if (STOP_READERS.has(reader.kind)) break;
    const view = reader.inputs.find((v) => v.tensor === ofm.tensor);
    if (view === undefined || !movesToReader(copy, reader, view)) continue;
    reread(reader, view, ifm.tensor);
    view.shape = ifm.shape;
    view.slice = ifm.slice;
    view.step = hasStep(ifm) ? ifm.step : view.step;
  }
  return copy;
}

const isInternal = (tensor: Tensor): boolean =>
  !tensor.graphInput &&
  !tensor.graphOutput &&
  !tensor.persistent &&
  tensor.constant === undefined &&
  tensor.writers.length === 1 &&
  tensor.readers.length === 1;

/** A copy that writes a part: what produced its input writes the part itself (docs/model/lowering.md#slices). */
export function sliceToProducer(copy: Op): Op {
  const ifm = ifmOf(copy);
  const ofm = ofmOf(copy);
  if (!isPart(ofm) || hasStep(ofm) || isPart(ifm) || hasStep(ifm)) return copy;
  if (ifm.reversed !== undefined || ofm.reversed !== undefined) return copy;
  if (!sameQuant(ifm.quant, ofm.quant) || !isInternal(ifm.tensor)) return copy;
  const writer = ifm.tensor.writers[0]!;
  if (MOVERS.has(writer.kind)) return copy;
  const { shape } = ifm;
  if (!ELEMENTWISE.has(writer.kind) && elements(shape) !== elements(shape.slice(-3))) return copy;
  const written = writer.outputs.find((view) => view.tensor === ifm.tensor)!;
  if (!sameShape(written.shape, shape) || written.slice !== undefined) return copy;
  if (hasStep(written) || written.reversed !== undefined) return copy;
  const target = ofm.tensor;
  const { slice } = ofm;
  disconnect(copy);
  rewrite(writer, written, target);
  written.shape = ofm.shape;
  written.slice = slice;
  return writer;
}

/** The slice that covers a whole view. */
export const wholeSlice = (view: View): { offset: readonly number[]; size: readonly number[] } => ({
  offset: zeros(view.shape.length),
  size: view.shape,
});
