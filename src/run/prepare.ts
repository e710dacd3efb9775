import type { Operator, Tensor } from '../graph/network.js';
import { arithmetic } from './kernels/arithmetic.js';
import { convolution } from './kernels/convolution.js';
import { depthwise } from './kernels/depthwise.js';
import { fullyConnected } from './kernels/fully-connected.js';
import { concatenation, pack, pad } from './kernels/filling.js';
import { argMax, reduce } from './kernels/reduce.js';
import { resizeBilinear } from './kernels/resize-bilinear.js';
import * as shapes from './kernels/shapes.js';
import { dequantize, quantize, unary } from './kernels/unary.js';
import { pool } from './kernels/pool.js';
import { softmax } from './kernels/softmax.js';
import { repeated } from './values.js';
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
    MINIMUM: arithmetic,
    MAXIMUM: arithmetic,
    RELU: unary,
    RELU6: unary,
    RELU_N1_TO_1: unary,
    RELU_0_TO_1: unary,
    LEAKY_RELU: unary,
    HARD_SWISH: unary,
    LOGISTIC: unary,
    TANH: unary,
    QUANTIZE: quantize,
    DEQUANTIZE: dequantize,
    MEAN: reduce,
    REDUCE_MAX: reduce,
    REDUCE_MIN: reduce,
    ARG_MAX: argMax,
    ARG_MIN: argMax,
    RESIZE_BILINEAR: resizeBilinear,
    RESIZE_NEAREST_NEIGHBOR: shapes.resizeNearest,
    RESHAPE: shapes.reshape,
    SQUEEZE: shapes.reshape,
    EXPAND_DIMS: shapes.reshape,
    TRANSPOSE: shapes.transpose,
    SLICE: shapes.slice,
    STRIDED_SLICE: shapes.stridedSlice,
    SPLIT: shapes.split,
    SPLIT_V: shapes.splitV,
    UNPACK: shapes.unpack,
    TILE: shapes.tile,
    GATHER: shapes.gather,
    REVERSE_V2: shapes.reverse,
    BROADCAST_TO: shapes.broadcastTo,
    MIRROR_PAD: shapes.mirrorPad,
    SPACE_TO_DEPTH: shapes.depthSpace,
    DEPTH_TO_SPACE: shapes.depthSpace,
    PAD: pad,
    PADV2: pad,
    PACK: pack,
    CONCATENATION: concatenation,
  }),
);

/** Kinds of operators that can be run. */
export const RUNNABLE_KINDS: readonly string[] = [...KINDS.keys()];

/** A kernel that is given constant features like others: their values once per sample. */
const withConstants = (kernel: Kernel, { features }: Site): Kernel => {
  const constants = [...features].flatMap(([position, { constant }]) =>
    constant === undefined ? [] : [[position, constant] as const],
  );
  if (constants.length === 0) return kernel;
  return (inputs, samples) => {
    const all = [...inputs];
    for (const [position, constant] of constants) all[position] ??= repeated(constant, samples);
    return kernel(all, samples);
  };
};

/**
 * Makes an operator ready to run.
 *
 * @throws ParetouError of kind `input` that names the operator (index, kind) and what about it cannot be run
 */
export const prepareOperator = (operator: Operator, tensors: readonly Tensor[], index: number): Kernel => {
  const site = siteOf(operator, tensors, index);
  const prepare = KINDS.get(operator.kind);
  if (prepare === undefined) throw site.fault('there is no kernel for its kind');
  return withConstants(prepare(site), site);
};
