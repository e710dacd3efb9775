import type { Op, Tensor, View as IrView } from './ir.js';
import { ROLE } from './ir.js';
import type { Group } from './groups.js';
import type { FeatureMap, LoweredOp, OpKind, View } from './operations.js';
import { recordsOf } from './records.js';
import type { ResizePlan } from './resize-plan.js';
import { toOffset4, toShape4 } from './shape.js';
import { weightsOf } from './weights.js';

/** Turns finished operations into the immutable ones of the lowered network. */
export interface Emitter {
  nextId: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function featureOf(tensor: Tensor, emitter: Emitter): FeatureMap {
  if (tensor.feature !== undefined) return tensor.feature;
  const { name, type, graphInput, graphOutput, persistent, constant } = tensor;
  const shape = toShape4(tensor.shape);
  const id = emitter.nextId++;
  const made: Writable<FeatureMap> = { id, name, type, shape, graphInput, graphOutput, persistent };
  if (tensor.shape.length > 4) made.leading = tensor.shape.slice(0, -3);
  if (constant !== undefined) made.constant = constant;
  if (tensor.shapeless || tensor.shape.some((size) => size < 0)) made.unknownShape = true;
  if (tensor.state !== undefined) made.state = tensor.state;
  tensor.feature = made;
  return made;
}

function emitView(view: IrView, emitter: Emitter): Writable<View> {
  const shape = toShape4(view.shape);
  const made: Writable<View> = { tensor: featureOf(view.tensor, emitter), shape };
  if (view.slice !== undefined) {
    made.slice = { offset: toOffset4(view.slice.offset, view.shape), shape: toShape4(view.slice.size) };
  }
  if (view.step !== undefined) {
    const n = view.step.length;
    const step = [view.step[n - 3] ?? 1, view.step[n - 2] ?? 1] as const;
    if (step[0] !== 1 || step[1] !== 1) made.step = step;
  }
  if (view.reversed !== undefined) made.reversed = view.reversed;
  if (view.type !== undefined) made.type = view.type;
  return made;
}

function permutation4(axes: readonly number[]): readonly [number, number, number, number] {
  const n = axes.length;
  const lead = n - 3;
  return [0, 1 + axes[lead]! - lead, 1 + axes[lead + 1]! - lead, 1 + axes[lead + 2]! - lead];
}

const NO_SUBS: readonly LoweredOp[] = [];

function emitOp(op: Op, subs: readonly LoweredOp[], emitter: Emitter): Writable<LoweredOp> {
  const ifms: View[] = [];
  let parameters: View[] | undefined;
  let scaled = true;
  const npu = op.kind !== 'Passthrough';
  for (const view of op.inputs) {
    if (view.role >= ROLE.weights) {
      if (!npu) (parameters ??= []).push(emitView(view, emitter));
      continue;
    }
    ifms.push(emitView(view, emitter));
    if (view.quant === undefined || view.quant.scales.length === 0) scaled = false;
  }
  if (ifms.length > 1 && npu && op.inputs[0]!.role > op.inputs[1]!.role) ifms.reverse();
  const ofms: View[] = [];
  for (const view of op.outputs) {
    const ofm = emitView(view, emitter);
    const axes = op.ofmAxes ?? (op.kind === 'Transpose' ? op.axes : undefined);
    if (axes !== undefined) ofm.transposed = permutation4(axes);
    ofms.push(ofm);
  }
  const made: Writable<LoweredOp> = {
    kind: op.kind as OpKind,
    original: op.source.original,
    origin: op.source.operator.origin,
    source: op.source.operator,
    target: npu ? 'NPU' : 'CPU',
    ifms,
    ofms,
    kernel: op.kernel,
    scaled,
    upscale: op.upscale,
    subs,
  };
  if (op.kind === 'Resize') {
    const { x } = op.extra as ResizePlan;
    made.resizeScale = [x.n, x.d];
  }
  if (op.divided) made.divided = true;
  if (npu) {
    const weights = op.weights ?? weightsOf(op);
    if (weights !== undefined) {
      made.weights = weights;
      made.records = recordsOf(op, weights);
    }
    if (op.lut !== undefined) made.lut = op.lut;
    if (op.scratch !== undefined) made.scratch = featureOf(op.scratch, emitter);
  } else {
    made.reason = op.reason ?? 'not supported';
    if (parameters !== undefined) made.parameters = parameters;
    for (const tensor of op.intermediates) {
      ifms.push({ tensor: featureOf(tensor, emitter), shape: toShape4(tensor.shape) });
    }
  }
  return made;
}

/** One group as a lowered operation. */
export function emitGroup(group: Group, emitter: Emitter): LoweredOp {
  const subs: LoweredOp[] = [];
  const emitted = emitOp(group.primary, group.subs.length === 0 ? NO_SUBS : subs, emitter);
  for (const { op, chained } of group.subs) {
    const sub = emitOp(op, NO_SUBS, emitter);
    sub.chained = chained;
    subs.push(sub);
  }
  return emitted;
}

/** A single operation as the block-config search sees it. */
export function emitSingle(op: Op): LoweredOp {
  const emitted = emitOp(op, NO_SUBS, { nextId: 0 });
  for (const view of op.inputs) view.tensor.feature = undefined;
  for (const view of op.outputs) view.tensor.feature = undefined;
  return emitted;
}
