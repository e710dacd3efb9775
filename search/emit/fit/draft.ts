import type { Operator, Tensor } from '../../../src/graph/network.js';
import type { Values } from '../../../src/run/index.js';
import { lastReaders, runOperator, type Original } from './original.js';

/** A design while its layers are fitted one after another. */
export interface Draft {
  readonly operators: readonly Operator[];
  /** Those of the layers up to now are final. */
  readonly tensors: Tensor[];
  /** What these layers gave for the samples; what no later one reads is dropped. */
  readonly values: (Values | undefined)[];
  /** Feature maps whose channels have the values that they have in the original. */
  readonly faithful: Uint8Array;
  readonly samples: number;
  /** Another operator reads the weights or the bias of this one too: they have to stay. */
  readonly sharesConstants: (operator: Operator) => boolean;
  /** Runs the operator of this number, or takes over what it gives in the original. */
  readonly run: (index: number, faithful: boolean) => void;
}

export const createDraft = (
  { graph, values: originals, samples }: Original,
  operators: readonly Operator[],
  plain: readonly Tensor[],
): Draft => {
  const tensors = plain.slice();
  const values = new Array<Values | undefined>(tensors.length).fill(undefined);
  const faithful = new Uint8Array(tensors.length);
  for (const t of graph.inputs) {
    values[t] = originals[t];
    faithful[t] = 1;
  }
  const last = lastReaders({ ...graph, operators }, tensors.length);
  const readers = new Map<number, number>();
  for (const { inputs } of operators) for (const t of inputs) readers.set(t, (readers.get(t) ?? 0) + 1);
  const isUnchanged = (operator: Operator): boolean =>
    operator === graph.operators[operator.origin] &&
    [...operator.inputs, ...operator.outputs].every((t) => t < 0 || tensors[t] === graph.tensors[t]) &&
    operator.inputs.every((t) => t < 0 || values[t] === originals[t]);
  return {
    operators,
    tensors,
    values,
    faithful,
    samples,
    sharesConstants: ({ inputs }) => inputs.slice(1, 3).some((t) => t >= 0 && readers.get(t)! > 1),
    run: (index, isFaithful) => {
      const operator = operators[index]!;
      if (isUnchanged(operator)) for (const t of operator.outputs) values[t] = originals[t];
      else runOperator(operator, tensors, values, samples);
      if (isFaithful) for (const t of operator.outputs) faithful[t] = 1;
      for (const t of operator.inputs) if (last[t] === index) values[t] = undefined;
    },
  };
};
