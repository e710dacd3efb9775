import { ELEMENT_BITS } from '../graph/network.js';
import type { Constant, ElementType } from '../graph/network.js';
import { connectInput, connectInputLike, connectOutput, newOp, newTensor } from './ir.js';
import type { IrGraph, Op, Source, Tensor, View } from './ir.js';
import type { Kind } from './kinds.js';
import { elements } from './shape.js';
import type { Shape } from './shape.js';
import { scalarConstant } from './values.js';

/** A new operation from tensors to a tensor, all seen in their own shapes. */
export function build(
  graph: IrGraph,
  kind: Kind,
  source: Source,
  inputs: readonly Tensor[],
  output: Tensor,
): Op {
  const op = newOp(graph, kind, source);
  for (let i = 0; i < inputs.length; i++) connectInput(op, i, inputs[i]!);
  connectOutput(op, output);
  return op;
}

/** A new operation like another one in name, which reads a view; what it writes is still to be connected. */
export function buildReader(graph: IrGraph, kind: Kind, { source }: Op, view: View): Op {
  const op = newOp(graph, kind, source);
  connectInputLike(op, 0, view);
  return op;
}

/** A tensor of one known value. */
export function scalar(name: string, type: 'int8' | 'uint8' | 'int16' | 'int32', value: number): Tensor {
  return newTensor(name, type, [1], scalarConstant(type, value));
}

const NAMED = new Map<string, Constant>();

/** Contents longer than this are not made, only named: no file holds as many equal bytes. */
const MAX_FILLED_BYTES = 2 ** 22;
/** Bytes of kept contents beyond which they are forgotten; equal contents stay equal without being one object. */
const MAX_KEPT_BYTES = 2 ** 25;
let keptBytes = 0;

function keep(id: string, bytes: Uint8Array): Constant {
  keptBytes += bytes.length;
  if (keptBytes > MAX_KEPT_BYTES) {
    NAMED.clear();
    keptBytes = bytes.length;
  }
  const constant: Constant = { bytes };
  NAMED.set(id, constant);
  return constant;
}

/** Bytes that differ for different keys: an identity for contents that nothing ever looks at. */
function standIn(key: string): Uint8Array {
  return new TextEncoder().encode(key);
}

/**
 * A constant feature map whose values do not matter here. Equal keys mean equal values: the constant object is the same
 * for the same key, type and shape, and its bytes tell it from all others.
 */
export function namedConstant(name: string, type: ElementType, shape: Shape, key: string): Tensor {
  const id = `${key}:${type}:${shape.join('x')}`;
  return newTensor(name, type, shape, NAMED.get(id) ?? keep(id, standIn(id)));
}

function filled(id: string, length: number, width: number, value: number): Uint8Array {
  if (length > MAX_FILLED_BYTES) return standIn(id);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (value >> (8 * (i % width))) & 255;
  return bytes;
}

/** A constant feature map of one value throughout. */
export function filledConstant(name: string, type: ElementType, shape: Shape, value: number): Tensor {
  const width = Math.max(1, ELEMENT_BITS[type] >> 3);
  const count = elements(shape);
  const id = `${value}*${count}*${width}`;
  return newTensor(name, type, shape, NAMED.get(id) ?? keep(id, filled(id, count * width, width, value)));
}
