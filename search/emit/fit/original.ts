import {
  ELEMENT_BITS,
  type Graph,
  type Network,
  type Operator,
  type Tensor,
} from '../../../src/graph/network.js';
import { elementsOf } from '../../../src/graph/shape.js';
import { createInterpreter, prepareOperator, type Values } from '../../../src/run/index.js';
import { selectSamples, type Samples } from '../../../src/samples/samples.js';

/** Samples that a network is given, and nothing else about them. */
export type Inputs = Pick<Samples, 'count' | 'inputs'>;

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

/** Most bytes that all tensors of all samples may take, … */
const MOST_BYTES = 2 ** 28;
/** … unless there are fewer samples than this. */
const LEAST_SAMPLES = 16;

/** As many samples as there is memory for, spread over all. */
const affordable = ({ tensors }: Graph, { count, inputs }: Inputs): Inputs => {
  const bytes = tensors.reduce(
    (sum, { type, shape = [], constant }) =>
      constant === undefined ? sum + (elementsOf(shape) * ELEMENT_BITS[type]) / 8 : sum,
    0,
  );
  const most = Math.max(LEAST_SAMPLES, Math.floor(MOST_BYTES / bytes));
  if (count <= most) return { count, inputs };
  const chosen = Array.from({ length: most }, (_, i) => Math.floor((i * count) / most));
  return selectSamples({ count, inputs, source: '' }, chosen);
};

/** Runs a network, and keeps every tensor. Of networks with many values it takes fewer samples. */
export const runOriginal = (network: Network, samples: Inputs): Original => {
  const [graph] = network.graphs;
  const { count, inputs } = affordable(graph, samples);
  const values = createInterpreter(network).run(inputs, count, () => true);
  return { graph, samples: count, values };
};

/** Number of the operator that is the last to read each tensor; −1 for outputs and what nothing reads. */
export const lastReaders = ({ operators, outputs }: Graph, tensors: number): Int32Array => {
  const last = new Int32Array(tensors).fill(-1);
  operators.forEach(({ inputs }, i) => inputs.forEach((t) => t >= 0 && (last[t] = i)));
  for (const t of outputs) last[t] = -1;
  return last;
};
