import { builtinOf } from '../kinds.js';
import { become, disconnect, ofmOf, rewrite } from '../ir.js';
import type { IrGraph, Op } from '../ir.js';
import type { LoweringFamily } from '../target.js';
import { walk } from '../traverse.js';
import { FAMILIES } from '../families/families.js';
import type { PlacementRules } from '../families/rules.js';
import { genericReason } from './generic.js';
import { OPERATOR_RULES } from './operators.js';

/** Why the CPU executes an operator, as a sentence without a full stop; undefined when the NPU can. */
export function cpuReason(op: Op, family: PlacementRules): string | undefined {
  const { npu } = builtinOf(op.builtin);
  if (npu === 'none') return 'not supported on any Ethos-U';
  if (npu === 'extended' && !family.extendedOperators) return `not supported on ${family.name}`;
  return genericReason(op, family) ?? OPERATOR_RULES.get(op.builtin)?.(op, family);
}

/** Gives the producer back the output that its split-off activation writes, and removes the activation. */
function absorbActivation(producer: Op, activation: Op): void {
  const original = ofmOf(activation).tensor;
  disconnect(activation);
  rewrite(producer, ofmOf(producer), original);
}

function toCpu(graph: IrGraph, op: Op, reason: string): void {
  become(graph, op, 'Passthrough');
  op.reason = reason;
}

function place(op: Op, graph: IrGraph, family: PlacementRules): Op {
  if (op.kind === 'Passthrough') return op;
  const reason = cpuReason(op, family);
  if (reason === undefined) return op;
  if (op.splitOff) {
    const producer = op.inputs[0]!.tensor.writers[0]!;
    absorbActivation(producer, op);
    toCpu(graph, producer, cpuReason(producer, family) ?? `its activation: ${reason}`);
    return producer;
  }
  const reader = op.outputs[0]?.tensor.readers[0];
  if (reader?.splitOff === true && reader.source === op.source) absorbActivation(op, reader);
  toCpu(graph, op, reason);
  return op;
}

/**
 * Decides which operators the CPU executes; they become `Passthrough` with a reason (docs/model/lowering.md#placement).
 */
export function placeOperators(graph: IrGraph, target: LoweringFamily): void {
  const family = FAMILIES[target].placement;
  walk(graph, (op, ir) => place(op, ir, family));
}
