import { inputError } from '../errors.js';
import type { Constant, ElementType, Graph, Operator, Quantisation } from '../graph/network.js';
import type { Tensor as NetworkTensor } from '../graph/network.js';
import type { FeatureMap, Kernel, LookUpTable } from './operations.js';
import type { WeightArray } from '../weights/weight-array.js';
import type { Kind } from './kinds.js';
import type { Shape } from './shape.js';

/**
 * The graph that the rewriting passes work on: mutable, private to this folder. Operations connect to tensors through
 * views; tensors know their writers and readers in order of connection, which decides the execution order
 * (docs/model/lowering.md#graph-model).
 */
export interface IrGraph {
  readonly graph: Graph;
  /** Shared by all graphs of a network. */
  readonly budget: Budget;
  readonly inputs: Tensor[];
  readonly outputs: Tensor[];
  /** What the file's operators became before any rewriting. */
  readonly operators: Op[];
  /** Kinds that have occurred, so that passes with nothing to do can be skipped. */
  readonly kinds: Set<Kind>;
  /** Some tensor keeps state between inferences. */
  persistent: boolean;
  /** There is a SPACE_TO_BATCH_ND. */
  spaceToBatch: boolean;
  /** Mark of the latest traversal; operations carry the mark of the last one that visited them. */
  stamp: number;
}

/**
 * Most operations that lowering makes of a network. An ARG_MAX of 513×513 positions is 65,793 on Ethos-U55; what goes
 * far beyond takes longer to schedule than anybody waits for.
 */
export const MAX_OPERATIONS = 75_000;

/** How many more operations a network may become. */
export interface Budget {
  /** The network as messages name it. */
  readonly file: string;
  operations: number;
}

/** The budget of a network that nothing has been made of yet. */
export const newBudget = (file: string): Budget => ({ file, operations: MAX_OPERATIONS });

/** Scales and zero points of a view; `unit` marks the scale that changes nothing (docs/model/lowering.md#scales). */
export interface Quant extends Omit<Quantisation, 'axis'> {
  readonly axis?: number;
  readonly unit?: boolean;
}

export interface Tensor {
  name: string;
  type: ElementType;
  /** Shape in memory. */
  shape: Shape;
  /** No shape is known. */
  shapeless: boolean;
  quant: Quant | undefined;
  constant: Constant | undefined;
  readonly writers: Op[];
  readonly readers: Op[];
  graphInput: boolean;
  graphOutput: boolean;
  persistent: boolean;
  /** State that it is an alias of: aliases of one state are one place in memory. */
  state: object | undefined;
  /** The file's tensor, where there is one. */
  readonly source: NetworkTensor | undefined;
  /** What it became in the lowered network. */
  feature: FeatureMap | undefined;
}

export interface Slice {
  readonly offset: Shape;
  readonly size: Shape;
}

export interface View {
  readonly role: number;
  tensor: Tensor;
  /** Element type that the operation takes the data for, where it is not the tensor's. */
  type?: ElementType;
  shape: Shape;
  quant: Quant | undefined;
  slice: Slice | undefined;
  /** Step per axis of `shape`. */
  step: Shape | undefined;
  reversed: 'H' | 'W' | 'C' | undefined;
}

/** What an operator with weights scales its results by, and what it adds to them. */
export interface Scaling {
  /** One, or one per filter; none for weights without scale. */
  readonly weightScales: readonly number[];
  readonly bias: Pick<Tensor, 'type' | 'constant'> | undefined;
  /** Rescalings are products of numbers of single precision. */
  readonly single: boolean;
  /** Scales of IFM and OFM, where they are not those of the operation's views. */
  readonly ifmScale?: number;
  readonly ofmScale?: number;
}

/** Where an operation comes from. */
export interface Source {
  readonly operator: Operator;
  /** Report column "Original Operator". */
  readonly original: string;
}

export interface Op {
  kind: Kind;
  /** Name of the builtin operator for placement; '' for operations made by rewriting. */
  builtin: string;
  readonly source: Source;
  readonly inputs: View[];
  readonly outputs: View[];
  kernel: Kernel;
  weights: WeightArray | undefined;
  /** What decides its scale records, where its own connections do not say. */
  scaling: Scaling | undefined;
  lut: LookUpTable | undefined;
  /** Permutation of a Transpose; axis of a concatenation or reduction, one entry. */
  axes: readonly number[] | undefined;
  /** Permutation with which the OFM is written, after a Transpose was fused. */
  ofmAxes: readonly number[] | undefined;
  upscale: 'none' | 'nearest' | 'zeros';
  /** Tensor that the operation needs in between. */
  scratch: Tensor | undefined;
  /** Tensors that the file's operator needs in between. */
  intermediates: readonly Tensor[];
  /** Facts of one kind of operation, defined by the file that handles that kind. */
  extra: unknown;
  /**
   * Was fitted to the hardware's axes: writes all of its OFM like a part of a tensor
   * (docs/model/lowering.md#graph-model).
   */
  divided: boolean;
  /** A fused activation that was split off. */
  splitOff: boolean;
  /** Why the CPU executes it. */
  reason: string | undefined;
  stamp: number;
}

/** Roles of inputs; IFM i has role i. Beyond `weights` they take no memory while a CPU operation runs. */
export const ROLE = { ifm: 0, ifm2: 1, weights: 1000, bias: 1001, parameter: 1002 } as const;

export const NO_KERNEL: Kernel = {
  height: 1,
  width: 1,
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  top: 0,
  left: 0,
  bottom: 0,
  right: 0,
};

/** A scale that changes nothing, zero point 0. */
export const UNIT: Quant = { scales: [1], zeroPoints: [0], unit: true };

/** A new tensor without writers and readers. */
export function newTensor(
  name: string,
  type: ElementType,
  shape: Shape,
  constant?: Constant,
  source?: NetworkTensor,
): Tensor {
  return {
    name,
    type,
    shape,
    shapeless: false,
    quant: undefined,
    constant,
    writers: [],
    readers: [],
    graphInput: false,
    graphOutput: false,
    persistent: false,
    state: undefined,
    source,
    feature: undefined,
  };
}

const overBudget = ({ budget }: IrGraph, { operator }: Source): Error =>
  inputError(
    `${budget.file}: becomes more than ${MAX_OPERATIONS} operations for the hardware, ` +
      `the last of them from operator ${operator.origin} (${operator.kind}); make its tensors smaller or split the network`,
  );

/**
 * Complains before an operation is taken apart into more than the network may become.
 *
 * @throws ParetouError of kind `input`
 */
export function expectOperations(graph: IrGraph, source: Source, count: number): void {
  if (count > graph.budget.operations) throw overBudget(graph, source);
}

/**
 * A new operation without connections.
 *
 * @throws ParetouError of kind `input` beyond `MAX_OPERATIONS`.
 */
export function newOp(graph: IrGraph, kind: Kind, source: Source): Op {
  if (--graph.budget.operations < 0) throw overBudget(graph, source);
  graph.kinds.add(kind);
  return {
    kind,
    builtin: '',
    source,
    inputs: [],
    outputs: [],
    kernel: NO_KERNEL,
    weights: undefined,
    scaling: undefined,
    lut: undefined,
    axes: undefined,
    ofmAxes: undefined,
    upscale: 'none',
    scratch: undefined,
    intermediates: [],
    extra: undefined,
    divided: false,
    splitOff: false,
    reason: undefined,
    stamp: 0,
  };
}

/** Change an operation's kind in place. */
export function become(graph: IrGraph, op: Op, kind: Kind): Op {
  graph.kinds.add(kind);
  op.kind = kind;
  return op;
}

function dropOne(list: Op[], op: Op): void {
  const index = list.indexOf(op);
  if (index >= 0) list.splice(index, 1);
}

/** The input with this role. */
export function input(op: Op, role: number): View | undefined {
  for (const view of op.inputs) if (view.role === role) return view;
  return undefined;
}

/** First feature-map input; every operation that is rewritten has one. */
export const ifmOf = (op: Op): View => input(op, 0)!;

/** First output. */
export const ofmOf = (op: Op): View => op.outputs[0]!;

/** Connect an input; an existing one of this role keeps its place in the order. */
export function connectInput(
  op: Op,
  role: number,
  tensor: Tensor,
  shape: Shape = tensor.shape,
  quant: Quant | undefined = tensor.quant,
): View {
  const view: View = { role, tensor, shape, quant, slice: undefined, step: undefined, reversed: undefined };
  tensor.readers.push(op);
  for (let i = 0; i < op.inputs.length; i++) {
    if (op.inputs[i]!.role === role) {
      dropOne(op.inputs[i]!.tensor.readers, op);
      op.inputs[i] = view;
      return view;
    }
  }
  op.inputs.push(view);
  return view;
}

/** Append an output. */
export function connectOutput(
  op: Op,
  tensor: Tensor,
  shape: Shape = tensor.shape,
  quant: Quant | undefined = tensor.quant,
): View {
  const view: View = {
    role: op.outputs.length,
    tensor,
    shape,
    quant,
    slice: undefined,
    step: undefined,
    reversed: undefined,
  };
  op.outputs.push(view);
  tensor.writers.push(op);
  return view;
}

/** Let a view of `op` read another tensor. */
export function reread(op: Op, view: View, tensor: Tensor): void {
  dropOne(view.tensor.readers, op);
  view.tensor = tensor;
  tensor.readers.push(op);
}

/** Let a view of `op` write another tensor. */
export function rewrite(op: Op, view: View, tensor: Tensor): void {
  dropOne(view.tensor.writers, op);
  view.tensor = tensor;
  tensor.writers.push(op);
}

/** Remove one input. */
export function disconnectInput(op: Op, role: number): void {
  const index = op.inputs.findIndex((view) => view.role === role);
  if (index < 0) return;
  dropOne(op.inputs[index]!.tensor.readers, op);
  op.inputs.splice(index, 1);
}

/** Take an operation out of the graph. */
export function disconnect(op: Op): void {
  for (const view of op.inputs) dropOne(view.tensor.readers, op);
  for (const view of op.outputs) dropOne(view.tensor.writers, op);
  op.inputs.length = 0;
  op.outputs.length = 0;
}

/** Copy the connections of a view (shape, quantisation, slice, …) onto another one. */
export function copyView(from: View, to: View): void {
  to.shape = from.shape;
  to.quant = from.quant;
  to.slice = from.slice;
  to.step = from.step;
  to.reversed = from.reversed;
}

/** Connect an input with everything that `like` says. */
export function connectInputLike(op: Op, role: number, like: View): View {
  const view = connectInput(op, role, like.tensor);
  copyView(like, view);
  return view;
}

/** Connect an output with everything that `like` says. */
export function connectOutputLike(op: Op, like: View): View {
  const view = connectOutput(op, like.tensor);
  copyView(like, view);
  return view;
}

/** The part of the tensor that counts: the slice, else the whole view. */
export const sizeOf = (view: View): Shape => view.slice?.size ?? view.shape;
