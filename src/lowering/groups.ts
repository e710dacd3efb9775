import { ELEMENT_BITS } from '../graph/network.js';
import { ACTIVATIONS, CLIPPING, ELEMENTWISE } from './kinds.js';
import type { Op, View } from './ir.js';
import { sizeOf } from './ir.js';
import { permutationName } from './permutation.js';
import { isUnit } from './quant.js';
import { elements, sameShape } from './shape.js';
import type { Shape } from './shape.js';
import { FAMILIES } from './families/families.js';
import type { LoweringFamily } from './target.js';

/** A primary operation with what joined it. */
export interface Group {
  readonly primary: Op;
  readonly subs: { readonly op: Op; readonly chained: boolean }[];
}

/** What a group has collected so far. */
interface State {
  readonly primary: Op;
  /** OFM of the primary, and of the member listed last, as they were before anything was handed over. */
  readonly primarySize: Shape;
  lastSize: Shape;
  /** Member listed last. */
  last: Op;
  /** Last member that is not fused: it produces what a fused one hands over. */
  producer: Op;
  members: number;
  chained: number;
  externals: number;
  permuted: boolean;
}

const isPermuting = (op: Op): boolean => op.kind === 'Transpose' || op.kind === 'Reverse';

/** A constant of one element that an elementwise operation takes as an immediate. */
function isImmediate(view: View): boolean {
  const { constant, type } = view.tensor;
  return (
    constant !== undefined &&
    elements(sizeOf(view)) === 1 &&
    (type === 'int8' || type === 'uint8' || type === 'int16' || type === 'int32')
  );
}

function externalInputs(op: Op, chained: View | undefined): number {
  let count = 0;
  const elementwise = ELEMENTWISE.has(op.kind);
  for (const view of op.inputs) {
    if (view.role > 100 || view === chained) continue;
    if (!elementwise || !isImmediate(view)) count++;
  }
  return count;
}

/** The part of its first OFM that an operation writes. */
const ofmSize = ({ outputs: [ofm] }: Op): Shape => (ofm === undefined ? [] : sizeOf(ofm));

/** The view through which `op` reads what `last` writes, if nothing else touches that tensor. */
function link(state: State, op: Op): View | undefined {
  const written = state.last.outputs[0];
  const ofm = op.outputs[0];
  if (written === undefined || ofm === undefined || written.slice !== undefined) return undefined;
  const { tensor } = written;
  if (tensor.readers.length !== 1 || tensor.writers.length !== 1) return undefined;
  if (tensor.graphOutput || state.primary.outputs[0]!.tensor.graphOutput) return undefined;
  if (tensor.persistent !== ofm.tensor.persistent) return undefined;
  const view = op.inputs.find((v) => v.role < 100 && v.tensor === tensor);
  if (view === undefined || view.slice !== undefined) return undefined;
  if (!sameShape(view.shape, written.shape) && (ofm.slice !== undefined || isPermuting(op))) return undefined;
  if (!ELEMENTWISE.has(op.kind) && !(isUnit(view.quant) && isUnit(ofm.quant))) return undefined;
  return view;
}

function joinsU55(state: State, op: Op): 'fused' | undefined {
  const { primary } = state;
  if (state.members > 1 || !ACTIVATIONS.has(op.kind) || ACTIVATIONS.has(primary.kind)) return undefined;
  if (primary.kind === 'MatMul') return undefined;
  if (primary.kind === 'Transpose' && ELEMENT_BITS[primary.outputs[0]!.tensor.type] !== 8) return undefined;
  return 'fused';
}

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  bool: [0, 1],
};

function fitsInto(from: string, to: string): boolean {
  const [a, b] = [RANGES[from], RANGES[to]];
  return a === undefined || b === undefined || (a[0] >= b[0] && a[1] <= b[1]);
}

const NO_FUSING = new Set(['Gather', 'Scatter']);
const NO_CHAINING = new Set(['Resize', 'Gather', 'Scatter']);
const NO_WIDE_CHAINING = new Set(['MemoryCopy', 'Rescale', 'Transpose', 'Reverse', 'NullPool']);
const ELEMENTWISE_PERMUTATIONS = new Set(['NHCW', 'NCHW']);
const OTHER_PERMUTATIONS = new Set(['NWHC', 'NHCW', 'NWCH', 'NCHW', 'NCWH']);

function permutationFits(primary: Op, op: Op): boolean {
  if (op.kind === 'Reverse') return !ELEMENTWISE.has(primary.kind);
  if (primary.kind === 'Resize') return false;
  const name = permutationName(op.axes ?? []);
  if (name === undefined) return false;
  return (ELEMENTWISE.has(primary.kind) ? ELEMENTWISE_PERMUTATIONS : OTHER_PERMUTATIONS).has(name);
}

function fusesU85(state: State, op: Op): boolean {
  const { primary, last } = state;
  if (NO_FUSING.has(primary.kind)) return false;
  if (ACTIVATIONS.has(op.kind) && ACTIVATIONS.has(last.kind)) return false;
  let ifms = 0;
  for (const view of op.inputs) if (view.role < 100) ifms++;
  if (ifms !== 1) return false;
  if (isPermuting(op)) {
    if (state.chained > 0 || state.permuted) return false;
    if (op.kind === 'Transpose' && primary.outputs[0]!.slice !== undefined) return false;
    return permutationFits(primary, op);
  }
  if (!CLIPPING.has(op.kind)) return true;
  return fitsInto(last.inputs[0]!.tensor.type, last.outputs[0]!.tensor.type);
}

function chainsU85(state: State, op: Op, view: View): boolean {
  const { primary } = state;
  if (NO_CHAINING.has(primary.kind) || state.permuted || state.chained >= 3) return false;
  if (NO_WIDE_CHAINING.has(primary.kind) && ELEMENT_BITS[primary.inputs[0]!.tensor.type] >= 32) return false;
  const counted = externalInputs(op, undefined);
  const added = externalInputs(op, view);
  if (counted === 0 || state.externals + added > 3) return false;
  const first = state.primarySize;
  if (!sameShape(state.lastSize, sizeOf(op.outputs[0]!))) return false;
  const other = op.inputs.find((v) => v.role < 100 && v !== view);
  const mine = sizeOf(view);
  if (other === undefined) return elements(mine) === elements(first);
  if (sameShape(mine, sizeOf(other)) || sameShape(mine, first)) return true;
  return elements(mine) === elements(first) && elements(sizeOf(other)) === 1;
}

function joinsU85(state: State, op: Op, view: View): 'fused' | 'chained' | undefined {
  if (ACTIVATIONS.has(op.kind) || isPermuting(op)) return fusesU85(state, op) ? 'fused' : undefined;
  return ELEMENTWISE.has(op.kind) && chainsU85(state, op, view) ? 'chained' : undefined;
}

/** The producer now writes what the fused operation wrote. */
function fuse(producer: Op, op: Op): void {
  const written = producer.outputs[0]!;
  const ofm = op.outputs[0]!;
  written.tensor = ofm.tensor;
  if (ofm.slice !== undefined) written.shape = ofm.shape;
  written.slice = ofm.slice;
  written.step = ofm.step;
  if (isPermuting(op)) {
    if (op.kind === 'Transpose') {
      written.shape = ofm.shape;
      producer.ofmAxes = op.axes;
    } else written.reversed = op.outputs[0]!.reversed ?? op.inputs[0]!.reversed;
    return;
  }
  const ifm = op.inputs[0]!;
  ifm.shape = written.shape;
  ofm.shape = written.shape;
  ofm.slice = undefined;
}

/** A chained operation's views take the primary's shape, but for the ones that are broadcast. */
function chain(state: State, op: Op): void {
  const shape = state.primary.outputs[0]!.shape;
  const ofm = op.outputs[0]!;
  const count = elements(ofm.shape);
  for (const view of op.inputs) {
    if (view.role < 100 && view.slice === undefined && elements(view.shape) === count) view.shape = shape;
  }
  if (ofm.slice === undefined) ofm.shape = shape;
}

/** Lets list neighbours join into groups (docs/model/lowering.md#fusing). */
export function groupOperations(ops: readonly Op[], family: LoweringFamily): Group[] {
  const groups: Group[] = [];
  const extended = FAMILIES[family].extendedGroups;
  let index = 0;
  while (index < ops.length) {
    const primary = ops[index++]!;
    const group: Group = { primary, subs: [] };
    groups.push(group);
    if (primary.kind === 'Passthrough') continue;
    const primarySize = ofmSize(primary);
    const state: State = {
      primary,
      primarySize,
      lastSize: primarySize,
      last: primary,
      producer: primary,
      members: 1,
      chained: 0,
      externals: extended ? externalInputs(primary, undefined) : 0,
      permuted: isPermuting(primary),
    };
    for (; index < ops.length; index++) {
      const op = ops[index]!;
      if (op.kind === 'Passthrough') break;
      const view = link(state, op);
      if (view === undefined) break;
      const how = extended ? joinsU85(state, op, view) : joinsU55(state, op);
      if (how === undefined) break;
      state.members++;
      state.lastSize = ofmSize(op);
      if (how === 'chained') {
        state.chained++;
        state.externals += externalInputs(op, view);
        chain(state, op);
        state.producer = op;
      } else {
        if (isPermuting(op)) state.permuted = true;
        fuse(state.producer, op);
      }
      state.last = op;
      group.subs.push({ op, chained: how === 'chained' });
    }
  }
  return groups;
}
