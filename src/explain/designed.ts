import type { OpKind } from '../lowering/operations.js';
import type { LayerFacts } from './facts.js';

/** Operations whose width and activation the designer of a network chooses. */
const DESIGNED: ReadonlySet<OpKind> = new Set<OpKind>([
  'Conv2D',
  'DepthwiseConv2D',
  'FullyConnected',
  'MaxPool',
  'AvgPool',
  'Add',
  'Sub',
  'Mul',
]);

/** The layer is an operator of the model as it was designed, not a step that another operator is made of. */
export const isDesigned = ({ cost, layer }: LayerFacts): boolean =>
  DESIGNED.has(cost.kind) && layer.originalOperator === cost.kind;

/** The layer could end in a ReLU and does not end in anything else. */
export const mayFuseRelu = (facts: LayerFacts): boolean =>
  isDesigned(facts) && facts.cost.activation === 0 && facts.fused.length === 0;
