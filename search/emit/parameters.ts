import type { Network, Operator, Tensor } from '../../src/graph/network.js';
import { local, type Replacement } from '../substitute/substitution.js';

const WEIGHTED: ReadonlySet<string> = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED']);

/** Number of elements of a tensor; 0 for one without shape. */
export const elementsOf = (tensor: Tensor): number => tensor.shape?.reduce((n, d) => n * d, 1) ?? 0;

/** Tensor indices of the constant weights and bias of a convolution or fully connected operator; none for others. */
export const parameterInputs = (operator: Operator, isConstant: (tensor: number) => boolean): number[] =>
  WEIGHTED.has(operator.kind) ? operator.inputs.slice(1, 3).filter(isConstant) : [];

/** Weights and biases (elements) of the convolutions and fully connected operators of the entry graph, shared ones once. */
export const parametersOf = (network: Network): number => {
  const { operators, tensors } = network.graphs[0];
  const isConstant = (t: number): boolean => tensors[t]?.constant !== undefined;
  const counted = new Set(operators.flatMap((operator) => parameterInputs(operator, isConstant)));
  return [...counted].reduce((sum, t) => sum + elementsOf(tensors[t]!), 0);
};

/** The same of what replaces an operator; `tensors` are those of the network. */
export const parametersOfReplacement = (replacement: Replacement, tensors: readonly Tensor[]): number => {
  const tensorAt = (t: number): Tensor | undefined => (t < -1 ? replacement.tensors[local(t)] : tensors[t]);
  const isConstant = (t: number): boolean => tensorAt(t)?.constant !== undefined;
  const counted = new Set(replacement.operators.flatMap((op) => parameterInputs(op, isConstant)));
  return [...counted].reduce((sum, t) => sum + elementsOf(tensorAt(t)!), 0);
};
