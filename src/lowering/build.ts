import type { Constant, ElementType } from '../graph/network.js';
import { connectInput, connectOutput, newOp, newTensor } from './ir.js';
import type { IrGraph, Op, Source, Tensor } from './ir.js';
import type { Kind } from './kinds.js';
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

/** A tensor of one known value. */
export function scalar(name: string, type: 'int8' | 'uint8' | 'int16' | 'int32', value: number): Tensor {
  return newTensor(name, type, [1], scalarConstant(type, value));
}

const FILLED = new Map<string, Constant>();

/**
 * A constant feature map whose contents are named by `key` rather than spelled out; equal keys and shapes give the same
 * constant object.
 */
export function namedConstant(name: string, type: ElementType, shape: Shape, key: string): Tensor {
  const id = `${key}:${type}:${shape.join('x')}`;
  let constant = FILLED.get(id);
  if (constant === undefined) {
    constant = {};
    FILLED.set(id, constant);
  }
  return newTensor(name, type, shape, constant);
}
