import type { Graph, Operator, OptionValue } from '../graph/network.js';
import { builtinOf, FUSED_ACTIVATIONS } from './kinds.js';
import type { Builtin } from './kinds.js';
import { connectInput, connectOutput, input, newOp, newTensor, ROLE } from './ir.js';
import type { Budget, IrGraph, Op, Source, Tensor } from './ir.js';
import type { Kernel } from './operations.js';
import { broadcast, elements, fromEnd } from './shape.js';
import type { Shape } from './shape.js';

/** Number option; 0 when absent. */
export const numberOption = (op: Operator, name: string): number => asNumber(op.options[name]);

/** Truth of a boolean option; false when absent. */
export const flagOption = (op: Operator, name: string): boolean => op.options[name] === true;

const asNumber = (value: OptionValue | undefined): number =>
  typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : 0;

/** How reports name a tensor to which the file gives no name. */
const UNNAMED = '<unnamed>';

/** Name of the first output that the file gives an operator, '' for none. */
export const outputName = (ir: IrGraph, { outputs }: Operator): string =>
  ir.graph.tensors[outputs[0] ?? -1]?.name ?? '';

/** Padding of one axis: before and after (docs/model/lowering.md#operator-options). */
export function samePadding(
  ifm: number,
  ofm: number,
  stride: number,
  kernel: number,
  dilation: number,
): readonly [number, number] {
  const total = Math.max(0, (ofm - 1) * stride + dilation * (kernel - 1) + 1 - ifm);
  return [total >> 1, (total + 1) >> 1];
}

function kernelOf(
  height: number,
  width: number,
  op: Operator,
  ifm: Shape,
  dilationH: number,
  dilationW: number,
): Kernel {
  const strideH = Math.max(1, numberOption(op, 'stride_h'));
  const strideW = Math.max(1, numberOption(op, 'stride_w'));
  let vertical: readonly [number, number] = [0, 0];
  let horizontal: readonly [number, number] = [0, 0];
  if (op.options['padding'] === 'SAME') {
    const h = fromEnd(ifm, -3);
    const w = fromEnd(ifm, -2);
    vertical = samePadding(h, Math.ceil(h / strideH), strideH, height, dilationH);
    horizontal = samePadding(w, Math.ceil(w / strideW), strideW, width, dilationW);
  }
  return {
    height,
    width,
    strideH,
    strideW,
    dilationH,
    dilationW,
    top: vertical[0],
    left: horizontal[0],
    bottom: vertical[1],
    right: horizontal[1],
  };
}

/** Kernel of the operators that have one, from options and weight shape. */
function readKernel(operator: Operator, op: Op): void {
  const ifm = op.inputs.find((view) => view.role === ROLE.ifm)?.tensor.shape ?? [];
  const weights = op.inputs.find((view) => view.role === ROLE.weights)?.tensor.shape ?? [];
  switch (operator.kind) {
    case 'CONV_2D':
    case 'DEPTHWISE_CONV_2D':
      op.kernel = kernelOf(
        fromEnd(weights, -3),
        fromEnd(weights, -2),
        operator,
        ifm,
        Math.max(1, numberOption(operator, 'dilation_h_factor')),
        Math.max(1, numberOption(operator, 'dilation_w_factor')),
      );
      break;
    case 'TRANSPOSE_CONV':
      op.kernel = {
        ...kernelOf(fromEnd(weights, -3), fromEnd(weights, -2), operator, ifm, 1, 1),
        top: 0,
        left: 0,
        bottom: 0,
        right: 0,
      };
      break;
    case 'AVERAGE_POOL_2D':
    case 'MAX_POOL_2D':
      op.kernel = kernelOf(
        numberOption(operator, 'filter_height'),
        numberOption(operator, 'filter_width'),
        operator,
        ifm,
        1,
        1,
      );
      break;
    default:
  }
}

/** Role of the input at a position (docs/model/lowering.md#input-roles). */
function roleOf({ inputs }: Builtin, position: number): number {
  switch (inputs) {
    case 'ifms':
      return position;
    case 'weights':
      return position === 0 ? ROLE.ifm : ROLE.weights + position - 1;
    case 'transpose-conv':
      return [ROLE.parameter, ROLE.weights, ROLE.ifm, ROLE.bias][position] ?? ROLE.parameter + position;
    case 'split':
      return position === 0 ? ROLE.parameter : ROLE.ifm;
    case 'scatter':
      return position < 2 ? position : ROLE.parameter;
    case 'parameters':
    case 'lstm':
      return position === 0 ? ROLE.ifm : ROLE.parameter + position - 1;
    default:
      return inputs.includes(position)
        ? ROLE.parameter + position
        : position - inputs.filter((other) => other < position).length;
  }
}

/** The operators on which a graph output depends, in file order (docs/model/lowering.md#reading-the-file). */
function liveOperators(graph: Graph): readonly Operator[] {
  const producer = new Int32Array(graph.tensors.length).fill(-1);
  const { operators } = graph;
  for (let i = 0; i < operators.length; i++)
    for (const t of operators[i]!.outputs) if (t >= 0) producer[t] = i;
  const live = new Uint8Array(operators.length);
  const stack: number[] = [];
  let count = 0;
  const mark = (tensor: number): void => {
    const index = tensor < 0 ? -1 : producer[tensor]!;
    if (index < 0 || live[index] !== 0) return;
    live[index] = 1;
    count++;
    stack.push(index);
  };
  for (const t of graph.outputs) mark(t);
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    for (const t of operators[index]!.inputs) mark(t);
  }
  return count === operators.length ? operators : operators.filter((_, i) => live[i] !== 0);
}

/**
 * The graph of tensors and operations as the file states it, fused activations split off
 * (docs/model/lowering.md#reading-the-file).
 */
export function readGraph(graph: Graph, budget: Budget): IrGraph {
  const ir: IrGraph = {
    graph,
    budget,
    inputs: [],
    outputs: [],
    operators: [],
    kinds: new Set(),
    persistent: false,
    spaceToBatch: false,
    stamp: 0,
  };
  const tensors = new Array<Tensor | undefined>(graph.tensors.length).fill(undefined);
  const tensorOf = (index: number): Tensor => {
    const known = tensors[index];
    if (known !== undefined) return known;
    const source = graph.tensors[index]!;
    const name = source.name === '' ? UNNAMED : source.name;
    const made = newTensor(name, source.type, source.shape ?? [], source.constant, source);
    made.quant = source.quantisation;
    made.shapeless = source.shape === undefined;
    made.persistent = source.variable;
    if (source.variable) ir.persistent = true;
    tensors[index] = made;
    return made;
  };
  for (const index of graph.inputs) {
    const tensor = tensorOf(index);
    tensor.graphInput = true;
    ir.inputs.push(tensor);
  }
  for (const index of graph.outputs) {
    const tensor = tensorOf(index);
    tensor.graphOutput = true;
    ir.outputs.push(tensor);
  }
  for (const operator of liveOperators(graph)) readOperator(ir, operator, tensorOf);
  for (const op of ir.operators) if (op.kind === 'FullyConnected') storeAsKernels(op);
  return ir;
}

/**
 * FULLY_CONNECTED keeps its weights as 1x1 kernels, those that are computed too
 * (docs/model/lowering.md#operator-options).
 */
function storeAsKernels(op: Op): void {
  const tensor = input(op, ROLE.weights)?.tensor;
  if (tensor === undefined || tensor.shape.length < 2) return;
  const { shape } = tensor;
  const [outputs, depth] = [shape[0]!, fromEnd(shape, -1)];
  if (outputs * depth === elements(shape)) tensor.shape = [outputs, 1, 1, depth];
}

function readOperator(ir: IrGraph, operator: Operator, tensorOf: (index: number) => Tensor): void {
  const builtin = builtinOf(operator.kind);
  const source: Source = { operator, original: builtin.original };
  const op = newOp(ir, builtin.kind, source);
  op.builtin = operator.kind;
  ir.operators.push(op);
  if (operator.kind === 'SPACE_TO_BATCH_ND') ir.spaceToBatch = true;
  for (let i = 0; i < operator.inputs.length; i++) {
    const index = operator.inputs[i]!;
    if (index >= 0) connectInput(op, roleOf(builtin, i), tensorOf(index));
  }
  op.intermediates = operator.intermediates.filter((index) => index >= 0).map(tensorOf);
  const outputs = operator.outputs;
  for (let i = 0; i < outputs.length; i++) {
    const tensor = tensorOf(outputs[i]!);
    if (tensor.shapeless) inferShape(op, tensor);
    connectOutput(op, tensor);
  }
  readKernel(operator, op);
  const fused = operator.options['fused_activation_function'];
  const activation = typeof fused === 'string' ? FUSED_ACTIVATIONS[fused] : undefined;
  if (activation !== undefined && builtin.kind !== 'Unknown' && builtin.kind !== 'Lstm')
    splitActivation(ir, op, activation);
}

const SHAPE_OF_IFM: ReadonlySet<string> = new Set(['ABS', 'LEAKY_RELU', 'NEG', 'LOGICAL_NOT', 'QUANTIZE']);
const SHAPE_OF_BOTH: ReadonlySet<string> = new Set([
  'ADD',
  'SUB',
  'MUL',
  'DIV',
  'MINIMUM',
  'MAXIMUM',
  'SQUARED_DIFFERENCE',
]);

function inferShape(op: Op, tensor: Tensor): void {
  const a = op.inputs[0]?.tensor;
  const b = op.inputs[1]?.tensor;
  if (a === undefined || a.shapeless) return;
  if (SHAPE_OF_IFM.has(op.builtin)) tensor.shape = a.shape;
  else if (SHAPE_OF_BOTH.has(op.builtin) && b !== undefined && !b.shapeless) {
    tensor.shape = broadcast(a.shape, b.shape);
  } else return;
  tensor.shapeless = false;
}

/**
 * Make the fused activation an operation that reads what the producer wrote (docs/model/lowering.md#split-activations).
 */
function splitActivation(ir: IrGraph, producer: Op, activation: { kind: Op['kind']; builtin: string }): void {
  const written = producer.outputs[0];
  if (written === undefined) return;
  const original = written.tensor;
  const between = newTensor(`${original.name}_act`, original.type, original.shape);
  between.shapeless = original.shapeless;
  between.quant = original.quant;
  original.writers.pop();
  written.tensor = between;
  between.writers.push(producer);
  const op = newOp(ir, activation.kind, producer.source);
  op.builtin = activation.builtin;
  op.splitOff = true;
  connectInput(op, ROLE.ifm, between);
  connectOutput(op, original);
}
