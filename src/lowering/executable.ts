import { inputError } from '../errors.js';
import type { ElementType } from '../graph/network.js';
import { ifmOf, input, ofmOf, ROLE, sizeOf } from './ir.js';
import type { IrGraph, Op, View } from './ir.js';
import { BINARY } from './kinds.js';
import type { Kind } from './kinds.js';
import { FAMILIES } from './families/families.js';
import type { ExecutionRules } from './families/rules.js';
import { outputName } from './read.js';
import { elements } from './shape.js';
import { isTooLarge } from './view-parts.js';
import type { LoweringFamily } from './target.js';
import { MAX_MADE_WEIGHTS, weightsOf } from './weights.js';

const WEIGHTED: ReadonlySet<Kind> = new Set<Kind>(['Conv2D', 'DepthwiseConv2D', 'FullyConnected']);
const STRIDED: ReadonlySet<Kind> = new Set<Kind>([...WEIGHTED, 'AvgPool', 'MaxPool']);

/** Element type for which an operation takes its input; some take booleans for bytes. */
const inputType = (view: View, { booleansAsBytes }: ExecutionRules): ElementType => {
  const type = view.type ?? view.tensor.type;
  return type === 'bool' && booleansAsBytes ? 'int8' : type;
};

/** Why a pair of inputs cannot be combined (docs/model/lowering.md#refusals). */
function pairObstacle(op: Op, rules: ExecutionRules): string | undefined {
  const second = input(op, ROLE.ifm2);
  if (second === undefined) return undefined;
  const [a, b] = [inputType(ifmOf(op), rules), inputType(second, rules)];
  return a === b ? undefined : `it becomes ${op.kind} of ${a} and ${b}`;
}

function obstacle(op: Op, rules: ExecutionRules): string | undefined {
  if (rules.missing.has(op.kind)) return `it becomes ${op.kind}`;
  if (BINARY.has(op.kind)) return pairObstacle(op, rules);
  if (WEIGHTED.has(op.kind)) {
    const weights = weightsOf(op);
    if (weights === undefined) return 'its weights are not constant';
    const made = weights.generated === true ? elements(weights.shape) : 0;
    if (made > MAX_MADE_WEIGHTS) return `it needs ${made} weights, more than ${MAX_MADE_WEIGHTS}`;
  }
  if (op.kind === 'Reverse' && (isTooLarge(ifmOf(op)) || isTooLarge(ofmOf(op))))
    return 'it reverses an axis larger than 65536';
  const { kernel } = op;
  if (STRIDED.has(op.kind)) {
    if (Math.max(kernel.strideH, kernel.strideW) > rules.largestStride)
      return `it has a stride of ${kernel.strideH}x${kernel.strideW}`;
    const depth = sizeOf(ifmOf(op)).at(-1) ?? 1;
    if (WEIGHTED.has(op.kind) && depth > rules.largestDepth)
      return `its input depth of ${depth} is above ${rules.largestDepth}`;
  }
  if (!rules.longTransposes && op.kind === 'Transpose' && (isTooLarge(ifmOf(op)) || isTooLarge(ofmOf(op)))) {
    return 'it transposes an axis larger than 65536';
  }
  return undefined;
}

/**
 * Refuses an operation that was placed on the NPU but that the NPU cannot run (docs/model/lowering.md#refusals): an
 * input error that says that the network will not compile, and why.
 */
export function checkExecutable(op: Op, graph: IrGraph, family: LoweringFamily): void {
  const reason = obstacle(op, FAMILIES[family].execution);
  if (reason === undefined) return;
  const { operator } = op.source;
  const output = outputName(graph, operator);
  throw inputError(
    `${graph.budget.file}: will not compile because operator ${operator.origin} (${operator.kind}, output "${output}") could not run ` +
      `on the NPU of ${FAMILIES[family].name}: ${reason}; replace the operator or choose another accelerator`,
  );
}
