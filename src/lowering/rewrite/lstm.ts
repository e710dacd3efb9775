import { build } from '../build.js';
import {
  connectInput,
  connectOutput,
  connectOutputLike,
  disconnect,
  expectOperations,
  ifmOf,
  input,
  newOp,
  newTensor,
  ofmOf,
  ROLE,
  UNIT,
} from '../ir.js';
import type { IrGraph, Op, Quant, Scaling, Slice, Tensor, View } from '../ir.js';
import type { Kind } from '../kinds.js';
import { flagOption, numberOption } from '../read.js';
import type { Shape } from '../shape.js';
import { valuesOf } from '../records.js';
import { matrixWeights } from '../weights.js';
import { wideTable } from './tables.js';

/** Gates by their place among the weights. */
const GATE = { input: 0, forget: 1, cell: 2, output: 3 } as const;

/** Position of the first gate's biases among the inputs. */
const BIASES = 12;

/** Operations of one step; clipping the cell state is one more. */
const OPERATIONS_PER_STEP = 26;

/** A state tensor as one step sees it: the latest alias and the part that belongs to the batch at hand. */
interface State {
  readonly tensor: Tensor;
  readonly slice: Slice | undefined;
}

/** What all steps of one batch of one LSTM share. */
interface Cell {
  readonly op: Op;
  readonly graph: IrGraph;
  /** Sigmoid and tanh read tables. */
  readonly tables: boolean;
  readonly units: number;
  /** Rows that one step works on. */
  readonly rows: number;
  /** Batch that one step works on; undefined when it works on all. */
  readonly batch: number | undefined;
  readonly batches: number;
}

const fileInput = (op: Op, position: number): View => input(op, ROLE.parameter + position - 1)!;

const rowShape = (cell: Cell): Shape => [1, 1, cell.rows, cell.units];

/** What a tanh of a tensor with a scale of its own gives: not the unit scale. */
const TANH_SCALE: Quant = { scales: [2 ** -15], zeroPoints: [0] };

/** Makes an operation that writes `to`, or a new tensor of that name. */
function step(
  cell: Cell,
  kind: Kind,
  inputs: readonly (Tensor | State)[],
  to: string | Tensor,
  quant: Quant = UNIT,
): Tensor {
  const made = newOp(cell.graph, kind, cell.op.source);
  inputs.forEach((from, role) => {
    if ('tensor' in from) readState(cell, made, role, from);
    else connectInput(made, role, from, from.shape, UNIT);
  });
  if (cell.tables && (kind === 'Sigmoid' || kind === 'Tanh')) made.lut = wideTable(kind);
  const written = typeof to === 'string' ? newTensor(to, 'int16', rowShape(cell)) : to;
  connectOutput(made, written, written.shape, quant);
  return written;
}

const stateShape = (cell: Cell): Shape => [1, 1, cell.batches, cell.units];

function readState(cell: Cell, op: Op, role: number, state: State): void {
  connectInput(op, role, state.tensor, stateShape(cell), UNIT).slice = state.slice;
}

/** A fresh alias of a state, written by `op`. */
function writeState(cell: Cell, op: Op, like: State): State {
  const alias = newTensor(like.tensor.name, like.tensor.type, stateShape(cell));
  alias.persistent = true;
  alias.state = like.tensor.state ??= {};
  cell.graph.persistent = true;
  connectOutput(op, alias, alias.shape, UNIT).slice = like.slice;
  return { tensor: alias, slice: like.slice };
}

/** Scale of a gate's sum: 16 bits with 12 behind the point. */
const GATE_SCALE = 2 ** -12;

function productScaling(cell: Cell, from: Tensor | State, weights: View, bias: View | undefined): Scaling {
  const quant = 'tensor' in from ? fileInput(cell.op, 18).quant : ifmOf(cell.op).quant;
  return {
    weightScales: weights.quant?.scales ?? [],
    bias: valuesOf(bias),
    single: weights.quant?.scales.length === 1,
    ifmScale: quant?.scales[0] ?? 1,
    ofmScale: GATE_SCALE,
  };
}

function product(
  cell: Cell,
  from: Tensor | State,
  weights: View,
  bias: View | undefined,
  name: string,
): Tensor {
  const made = newOp(cell.graph, 'FullyConnected', cell.op.source);
  if ('tensor' in from) readState(cell, made, 0, from);
  else connectInput(made, 0, from, from.shape, UNIT);
  made.weights = matrixWeights(weights);
  made.scaling = productScaling(cell, from, weights, bias);
  const to = newTensor(name, 'int16', rowShape(cell));
  connectOutput(made, to, to.shape, UNIT);
  return to;
}

/** Batch and time as names have them. */
const place = ({ batch }: Cell, time: number): string => `b${batch ?? 0}.t${time}`;

/** One gate: two products, their sum, and its activation, which is clamped in place. */
function gate(cell: Cell, time: number, which: keyof typeof GATE, feature: Tensor, output: State): Tensor {
  const name = `${which}_gate_${place(cell, time)}`;
  const file = (position: number): View => fileInput(cell.op, position + GATE[which]);
  const bias = input(cell.op, ROLE.parameter + BIASES - 1 + GATE[which]);
  const fed = product(cell, feature, file(1), bias, `${name}_feature_fc_ofm`);
  const back = product(cell, output, file(5), undefined, `${name}_recurrent_fc_ofm`);
  const sum = step(cell, 'Add', [fed, back], `${fed.name}/Add`);
  if (which === 'cell') return step(cell, 'Tanh', [sum], sum.name);
  const opened = step(cell, 'Sigmoid', [sum], sum.name);
  return step(cell, 'Clamp', [opened], opened);
}

/** The part of the LSTM's input that one step reads. */
function featureAt(cell: Cell, time: number, timeMajor: boolean): Tensor {
  const ifm = ifmOf(cell.op);
  const [, b, depth] = ifm.shape as readonly [number, number, number];
  const offset = timeMajor ? [time, 0, 0] : [cell.batch ?? 0, time, 0];
  const size = timeMajor ? [1, b, depth] : [1, 1, depth];
  const feature = newTensor(`${ifm.tensor.name}_t${time}`, ifm.tensor.type, size);
  const copy = build(cell.graph, 'MemoryCopy', cell.op.source, [ifm.tensor], feature);
  const read = ifmOf(copy);
  read.shape = ifm.shape;
  read.quant = UNIT;
  read.slice = { offset, size };
  ofmOf(copy).quant = UNIT;
  return feature;
}

/** The cell state's next alias; clipped in place where the file asks for it. */
function updateCell(cell: Cell, state: State, gates: { input: Tensor; forget: Tensor; cell: Tensor }): State {
  const kept = step(cell, 'Mul', [state, gates.forget], `${state.tensor.name}/Mul`);
  const added = step(cell, 'Mul', [gates.cell, gates.input], `${gates.cell.name}/Mul`);
  const sum = newOp(cell.graph, 'Add', cell.op.source);
  connectInput(sum, 0, kept, kept.shape, UNIT);
  connectInput(sum, 1, added, added.shape, UNIT);
  const updated = writeState(cell, sum, state);
  if (numberOption(cell.op.source.operator, 'cell_clip') !== 0) {
    const clamp = newOp(cell.graph, 'Clamp', cell.op.source);
    readState(cell, clamp, 0, updated);
    connectOutput(clamp, updated.tensor, stateShape(cell), UNIT).slice = updated.slice;
  }
  return updated;
}

function writeResult(cell: Cell, state: State, time: number, timeMajor: boolean): Op {
  const ofm = ofmOf(cell.op);
  const copy = newOp(cell.graph, 'MemoryCopy', cell.op.source);
  readState(cell, copy, 0, state);
  const written = connectOutputLike(copy, ofm);
  written.quant = UNIT;
  const offset = timeMajor ? [time, 0, 0] : [cell.batch ?? 0, time, 0];
  written.slice = { offset, size: timeMajor ? [1, cell.rows, cell.units] : [1, 1, cell.units] };
  return copy;
}

function copyState(cell: Cell, state: State): State {
  const copy = newOp(cell.graph, 'MemoryCopy', cell.op.source);
  readState(cell, copy, 0, state);
  return writeState(cell, copy, state);
}

/**
 * UNIDIRECTIONAL_SEQUENCE_LSTM, unrolled over batches and time (docs/model/lowering.md#lstm).
 *
 * @param tables the hardware reads sigmoid and tanh of 16 bits from tables
 */
export function lowerLstm(op: Op, graph: IrGraph, tables: boolean): Op {
  const timeMajor = flagOption(op.source.operator, 'time_major');
  const { shape } = ifmOf(op);
  const [batches, times] = timeMajor ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
  const units = ofmOf(op).shape.at(-1)!;
  expectOperations(graph, op.source, (timeMajor ? 1 : batches) * times * OPERATIONS_PER_STEP);
  let outputTensor = fileInput(op, 18).tensor;
  let cellTensor = fileInput(op, 19).tensor;
  let last: Op | undefined;
  for (let b = 0; b < (timeMajor ? 1 : batches); b++) {
    const batch = timeMajor ? undefined : b;
    const cell: Cell = { op, graph, tables, units, rows: timeMajor ? batches : 1, batch, batches };
    const slice =
      batch === undefined || batches === 1 ? undefined : { offset: [0, 0, batch, 0], size: [1, 1, 1, units] };
    let output: State = { tensor: outputTensor, slice };
    let memory: State = { tensor: cellTensor, slice };
    if (!timeMajor) {
      output = copyState(cell, output);
      memory = copyState(cell, memory);
    }
    for (let t = 0; t < times; t++) {
      const feature = featureAt(cell, t, timeMajor);
      const gates = {
        input: gate(cell, t, 'input', feature, output),
        forget: gate(cell, t, 'forget', feature, output),
        cell: gate(cell, t, 'cell', feature, output),
      };
      memory = updateCell(cell, memory, gates);
      const opened = gate(cell, t, 'output', feature, output);
      const name = `${memory.tensor.name}_tanh_${place(cell, t)}`;
      const squashed = step(cell, 'Tanh', [memory], name, TANH_SCALE);
      const result = newOp(graph, 'Mul', op.source);
      connectInput(result, 0, squashed, squashed.shape, UNIT);
      connectInput(result, 1, opened, opened.shape, UNIT);
      output = writeState(cell, result, output);
      last = writeResult(cell, output, t, timeMajor);
    }
    outputTensor = output.tensor;
    cellTensor = memory.tensor;
  }
  disconnect(op);
  return last ?? op;
}
