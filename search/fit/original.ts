import type { Graph, Network, Operator, Tensor } from '../../src/graph/network.js';
import { prepareOperator } from '../../src/run/index.js';
import type { Values } from '../../src/run/index.js';

/** Samples that a network is given, and nothing else about them. */
export interface Inputs {
  readonly count: number;
  /** One per input of the entry graph. */
  readonly inputs: readonly Values[];
}

/** All that an unchanged network computes for some samples. */
export interface Original {
  readonly graph: Graph;
  readonly samples: number;
  readonly values: readonly (Values | undefined)[];
}

const inputsOf = (operator: Operator, values: readonly (Values | undefined)[]): (Values | undefined)[] =>
  operator.inputs.map((t) => (t < 0 ? undefined : values[t]));

/** Runs one operator, and puts what it gives where its outputs are. */
export const runOperator = (
  operator: Operator,
  tensors: readonly Tensor[],
  values: (Values | undefined)[],
  samples: number,
): void => {
  const results = prepareOperator(operator, tensors, operator.origin)(inputsOf(operator, values), samples);
  operator.outputs.forEach((t, i) => (values[t] = results[i]));
};

/** Runs a network, and keeps every tensor. */
export const runOriginal = ({ graphs: [graph] }: Network, { count, inputs }: Inputs): Original => {
  const values = new Array<Values | undefined>(graph.tensors.length).fill(undefined);
  graph.inputs.forEach((t, i) => (values[t] = inputs[i]));
  for (const operator of graph.operators) runOperator(operator, graph.tensors, values, count);
  return { graph, samples: count, values };
};

/** Operators of a design that stand for one of the original, in their order. */
export const operatorsByOrigin = (operators: readonly Operator[]): Map<number, Operator[]> => {
  const byOrigin = new Map<number, Operator[]>();
  for (const operator of operators) {
    const list = byOrigin.get(operator.origin);
    if (list === undefined) byOrigin.set(operator.origin, [operator]);
    else list.push(operator);
  }
  return byOrigin;
};

/** Number of the operator that is the last to read each tensor; −1 for outputs and what nothing reads. */
export const lastReaders = ({ operators, outputs }: Graph, tensors: number): Int32Array => {
  const last = new Int32Array(tensors).fill(-1);
  operators.forEach(({ inputs }, i) => inputs.forEach((t) => t >= 0 && (last[t] = i)));
  for (const t of outputs) last[t] = -1;
  return last;
};
