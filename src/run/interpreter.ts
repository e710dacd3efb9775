import { ParetouError } from '../errors.js';
import type { Network } from '../graph/network.js';
import { prepareOperator } from './prepare.js';
import type { Values } from './values.js';

/** A network ready to run. */
export interface Interpreter {
  /**
   * Runs a batch: values of every tensor that was kept, by tensor index of the entry graph.
   *
   * @param inputs - of the graph, in its order
   * @param keep - which tensors to keep; the graph's outputs if not given. Only operators that they need are run.
   */
  readonly run: (
    inputs: readonly Values[],
    samples: number,
    keep?: (tensor: number) => boolean,
  ) => (Values | undefined)[];
}

/**
 * Makes the entry graph of a network ready to run.
 *
 * @throws as prepareOperator, before anything is run
 */
export const createInterpreter = (network: Network): Interpreter => {
  const [{ operators, tensors, inputs: graphInputs, outputs: graphOutputs }] = network.graphs;
  const kernels = operators.map((operator, index) => prepareOperator(operator, tensors, index));
  const isOutput = new Set(graphOutputs);

  return {
    run(inputs, samples, keep = (tensor) => isOutput.has(tensor)) {
      const kept = tensors.map((_, tensor) => keep(tensor));
      // From the end: which operators are needed, and which is the last to read each tensor.
      const needed = [...kept];
      const lastReader = new Map<number, number>();
      const isRun = operators.map(() => false);
      for (let i = operators.length - 1; i >= 0; i--) {
        const operator = operators[i]!;
        if (!operator.outputs.some((tensor) => needed[tensor])) continue;
        isRun[i] = true;
        for (const tensor of operator.inputs) {
          if (tensor < 0) continue;
          needed[tensor] = true;
          if (!lastReader.has(tensor)) lastReader.set(tensor, i);
        }
      }
      const values = new Array<Values | undefined>(tensors.length).fill(undefined);
      graphInputs.forEach((tensor, i) => {
        if (needed[tensor]) values[tensor] = inputs[i];
      });
      operators.forEach((operator, i) => {
        if (!isRun[i]) return;
        const results = kernels[i]!(
          operator.inputs.map((tensor) => (tensor < 0 ? undefined : values[tensor])),
          samples,
        );
        operator.outputs.forEach((tensor, at) => {
          if (needed[tensor]) values[tensor] = results[at];
        });
        for (const tensor of operator.inputs)
          if (tensor >= 0 && lastReader.get(tensor) === i && !kept[tensor]) values[tensor] = undefined;
      });
      return values;
    },
  };
};

/** Why a network cannot be run, in one sentence; undefined if it can. */
export const whyNotRunnable = (network: Network): string | undefined => {
  try {
    createInterpreter(network);
    return undefined;
  } catch (error) {
    if (error instanceof ParetouError) return error.message;
    throw error;
  }
};
