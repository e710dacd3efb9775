import { build, namedConstant } from './build.js';
import { copyView, disconnect, ifmOf, newTensor, ofmOf } from './ir.js';
import type { IrGraph, Op } from './ir.js';
import type { Kind } from './kinds.js';
import { isUnit } from './quant.js';
import { contentHash } from './weights.js';

/** Kinds that are computed when all their inputs are constant (docs/model/lowering.md#constant-folding). */
const FOLDABLE: ReadonlySet<Kind> = new Set<Kind>(['SHL', 'Mul', 'MemoryCopy', 'Quantize']);

const isFeatureMap = (role: number): boolean => role < 100;

function canFold(op: Op): boolean {
  if (!FOLDABLE.has(op.kind) || op.outputs.length !== 1) return false;
  for (const view of op.inputs) {
    if (isFeatureMap(view.role) && (view.tensor.constant === undefined || !isUnit(view.quant))) return false;
  }
  const { tensor } = ofmOf(op);
  return (
    tensor.writers.length <= 1 &&
    (tensor.type === 'int8' || tensor.type === 'int16' || tensor.type === 'int32')
  );
}

function fold(op: Op, graph: IrGraph): void {
  const ofm = ofmOf(op);
  const { tensor } = ofm;
  if (tensor.graphOutput && op.kind === 'MemoryCopy') return;
  const ifm = ifmOf(op).tensor;
  const copies = (op.kind === 'MemoryCopy' || op.kind === 'Quantize') && ifm.type === tensor.type;
  const contents = op.inputs
    .filter((view) => isFeatureMap(view.role))
    .map((view) => `${contentHash(view.tensor.constant!)}/${view.shape.join('x')}`);
  const key = `${op.kind}(${contents.join(';')})`;
  const made = copies
    ? newTensor(tensor.name, tensor.type, ofm.shape, ifm.constant)
    : namedConstant(tensor.name, tensor.type, ofm.shape, key);
  if (!tensor.graphOutput) {
    disconnect(op);
    tensor.constant = made.constant;
    return;
  }
  const { source } = op;
  disconnect(op);
  const copy = build(graph, 'MemoryCopy', source, [made], tensor);
  copyView(ofm, ofmOf(copy));
}

/** Operations on constants are replaced by their results, producers first (docs/model/lowering.md#constant-folding). */
export function foldConstants(graph: IrGraph): void {
  if (!mayFold(graph)) return;
  for (let round = 0; round < 32; round++) {
    const found = collect(graph);
    if (found.length === 0) return;
    for (const op of found) fold(op, graph);
  }
}

const mayFold = (graph: IrGraph): boolean => {
  for (const kind of FOLDABLE) if (graph.kinds.has(kind)) return true;
  return false;
};

function collect(graph: IrGraph): Op[] {
  const stamp = ++graph.stamp;
  const stack: Op[] = [];
  const found: Op[] = [];
  for (const output of graph.outputs) for (const writer of output.writers) stack.push(writer);
  for (let op = stack.pop(); op !== undefined; op = stack.pop()) {
    if (op.stamp === stamp) continue;
    op.stamp = stamp;
    if (canFold(op) && !(op.kind === 'MemoryCopy' && ofmOf(op).tensor.graphOutput)) found.push(op);
    for (const view of op.inputs) for (const writer of view.tensor.writers) stack.push(writer);
  }
  return found;
}
