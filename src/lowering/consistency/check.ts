import { inputError } from '../../errors.js';
import { ELEMENT_BITS } from '../../graph/network.js';
import { ROLE } from '../ir.js';
import type { IrGraph, Op, View } from '../ir.js';
import { outputName } from '../read.js';
import { elements, MAX_BYTES } from '../shape.js';
import { ELEMENTWISE_RULES } from './elementwise.js';
import { MOVEMENT_RULES } from './movement.js';
import { PRODUCT_RULES } from './products.js';
import { show } from './rule.js';
import type { Rule } from './rule.js';
import { WINDOW_RULES } from './windows.js';

/** What must fit in the operators that the NPU runs; all that they have to have beyond this is checked by placement. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ...WINDOW_RULES,
  ...ELEMENTWISE_RULES,
  ...MOVEMENT_RULES,
  ...PRODUCT_RULES,
]);

function sizeProblem({ tensor, shape }: View): string | undefined {
  const count = elements(shape);
  if (count === 0) return `its tensor "${tensor.name}" of ${show(shape)} is empty`;
  return (count * ELEMENT_BITS[tensor.type]) / 8 <= MAX_BYTES
    ? undefined
    : `its tensor "${tensor.name}" of ${show(shape)} is larger than the ${MAX_BYTES} bytes that an NPU addresses`;
}

function problemOf(op: Op): string | undefined {
  for (const view of op.inputs) {
    const broken = view.role <= ROLE.weights ? sizeProblem(view) : undefined;
    if (broken !== undefined) return broken;
  }
  for (const view of op.outputs) {
    const broken = sizeProblem(view);
    if (broken !== undefined) return broken;
  }
  return RULES.get(op.builtin)?.(op);
}

function check(op: Op, graph: IrGraph): void {
  if (op.kind === 'Passthrough' || op.outputs.length === 0) return;
  const problem = problemOf(op);
  if (problem === undefined) return;
  const { operator } = op.source;
  throw inputError(
    `${graph.budget.file}: will not compile because operator ${operator.origin} (${operator.kind}, output "${outputName(graph, operator)}") ` +
      `is not consistent: ${problem}; correct the file`,
  );
}

/**
 * Refuses a graph in which shapes, weights or parameters of an operator placed on the NPU do not fit each other, so
 * that everything behind placement can rely on them. (The rules that make a file invalid for the reference are in
 * `validity.ts`, those that send an operator to the CPU in `placement`.)
 *
 * @throws ParetouError of kind `input` that names file, operator and what does not fit.
 */
export function checkConsistency(graph: IrGraph): void {
  for (const op of graph.operators) check(op, graph);
}
