import type { Network, Operator, Tensor } from '../../src/graph/network.js';
import { elementsOf } from '../../src/graph/shape.js';

const WEIGHTED: ReadonlySet<string> = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED']);

/** A tensor by its index. */
export type TensorAt = (index: number) => Tensor | undefined;

/** Whether an operator has weights: it is a convolution or fully connected. */
export const isWeighted = ({ kind }: Pick<Operator, 'kind'>): boolean => WEIGHTED.has(kind);

/** Tensor indices of the constant weights and bias of a convolution or fully connected operator; none for others. */
export const parameterInputs = (operator: Operator, tensorAt: TensorAt): number[] =>
  isWeighted(operator) ? operator.inputs.slice(1, 3).filter((t) => tensorAt(t)?.constant !== undefined) : [];

/** Weights and biases (elements) of the convolutions and fully connected operators among some, shared ones once. */
export const countParameters = (operators: readonly Operator[], tensorAt: TensorAt): number =>
  [...new Set(operators.flatMap((operator) => parameterInputs(operator, tensorAt)))].reduce(
    (sum, t) => sum + elementsOf(tensorAt(t)!.shape ?? [0]),
    0,
  );

/** The same of the entry graph. */
export const parametersOf = ({ graphs: [{ operators, tensors }] }: Network): number =>
  countParameters(operators, (t) => tensors[t]);
