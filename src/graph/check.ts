import type { Graph, Operator } from './network.js';

/** Complains about an operator, by its index. */
type Complain = (operator: number, reason: string) => Error;

const SIZES = [
  'stride_w',
  'stride_h',
  'dilation_w_factor',
  'dilation_h_factor',
  'filter_width',
  'filter_height',
];

const WINDOWED: ReadonlySet<string> = new Set([
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'TRANSPOSE_CONV',
  'AVERAGE_POOL_2D',
  'MAX_POOL_2D',
]);

/** Checks the options that a later division or loop relies on: window sizes, and graphs that are called. */
export const checkOptions = (
  operator: Operator,
  graphs: number,
  complain: (reason: string) => Error,
): void => {
  if (WINDOWED.has(operator.kind))
    for (const name of SIZES) {
      const value = operator.options[name];
      if (typeof value === 'number' && value < 1)
        throw complain(`has ${name} ${value}, which should be at least 1`);
    }
  for (const [name, value] of Object.entries(operator.options))
    if (name.endsWith('subgraph_index') && typeof value === 'number' && (value < 0 || value >= graphs))
      throw complain(`has ${name} ${value}, of ${graphs} subgraphs`);
};

/** The operator that writes each tensor, −1 for none. */
export const producers = (
  operators: readonly { readonly outputs: readonly number[] }[],
  tensors: number,
  complain: Complain,
): Int32Array => {
  const producer = new Int32Array(tensors).fill(-1);
  operators.forEach(({ outputs }, index) => {
    for (const tensor of outputs) {
      const other = producer[tensor]!;
      if (other >= 0) throw complain(index, `writes tensor ${tensor}, which operator ${other} writes too`);
      producer[tensor] = index;
    }
  });
  return producer;
};

/**
 * Checks that the operators can be put in an order in which each reads only what is there: that none depends on its
 * own result.
 */
export const checkAcyclic = (graph: Graph, producer: Int32Array, complain: Complain): void => {
  const { operators } = graph;
  const DONE = 2;
  const OPEN = 1;
  const state = new Uint8Array(operators.length);
  // Files list operators in an order of execution, so this loop is normally all there is.
  const inOrder = operators.every((operator, index) =>
    operator.inputs.every((t) => t < 0 || producer[t]! < index),
  );
  if (inOrder) return;
  const stack: { operator: number; next: number }[] = [];
  for (let start = 0; start < operators.length; start++) {
    if (state[start] !== 0) continue;
    stack.push({ operator: start, next: 0 });
    state[start] = OPEN;
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const tensor = operators[top.operator]!.inputs[top.next++];
      if (tensor === undefined) {
        state[top.operator] = DONE;
        stack.pop();
        continue;
      }
      const before = tensor < 0 ? -1 : producer[tensor]!;
      if (before < 0 || state[before] === DONE) continue;
      if (state[before] === OPEN) throw complain(before, 'depends on its own result');
      state[before] = OPEN;
      stack.push({ operator: before, next: 0 });
    }
  }
};
