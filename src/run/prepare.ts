import type { Operator, Tensor } from '../graph/network.js';
import { arithmetic } from './kernels/arithmetic.js';
import { convolution } from './kernels/convolution.js';
import { depthwise } from './kernels/depthwise.js';
import { fullyConnected } from './kernels/fully-connected.js';
import { concatenation, pad, reshape } from './kernels/moves.js';
import { pool } from './kernels/pool.js';
import { softmax } from './kernels/softmax.js';
import { siteOf, type Kernel, type Site } from './site.js';

/** Makes the kernel of an operator; an error if it cannot be run. */
type Prepare = (site: Site) => Kernel;

/** What can be run. */
const KINDS: ReadonlyMap<string, Prepare> = new Map(
  Object.entries({
    CONV_2D: convolution,
    DEPTHWISE_CONV_2D: depthwise,
    FULLY_CONNECTED: fullyConnected,
    AVERAGE_POOL_2D: pool,
    MAX_POOL_2D: pool,
    ADD: arithmetic,
    SUB: arithmetic,
    MUL: arithmetic,
    SOFTMAX: softmax,
    RESHAPE: reshape,
    SQUEEZE: reshape,
    EXPAND_DIMS: reshape,
    PAD: pad,
    PADV2: pad,
    CONCATENATION: concatenation,
  }),
);

/** Kinds of operators that can be run. */
export const RUNNABLE_KINDS: readonly string[] = [...KINDS.keys()];

/**
 * Makes an operator ready to run.
 *
 * @throws ParetouError of kind `input` that names the operator (index, kind) and what about it cannot be run
 */
export const prepareOperator = (operator: Operator, tensors: readonly Tensor[], index: number): Kernel => {
  const site = siteOf(operator, tensors, index);
  const prepare = KINDS.get(operator.kind);
  if (prepare === undefined) throw site.fault('there is no kernel for its kind');
  return prepare(site);
};
