import { build } from '../build.js';
import { copyView, ifmOf, newTensor, NO_KERNEL, ofmOf } from '../ir.js';
import type { IrGraph, Op, Tensor } from '../ir.js';
import { permute } from '../permutation.js';
import { elements } from '../shape.js';
import type { Shape } from '../shape.js';

/** Largest value over the depth of `shape` as a pool of width C, or behind a transposition of height C. */
export function maxOverDepth(op: Op, graph: IrGraph, shape: Shape, max: Tensor, transposes: boolean): Op {
  const ifm = ifmOf(op);
  const [, h, w, c] = shape as [number, number, number, number];
  const pool = build(graph, 'MaxPool', op.source, [ifm.tensor], max);
  const read = ifmOf(pool);
  copyView(ifm, read);
  read.shape = [1, h * w, c, 1];
  ofmOf(pool).shape = [1, h * w, 1, 1];
  pool.kernel = { ...NO_KERNEL, width: c };
  if (!transposes || ifm.tensor.type === 'int16' || c === elements(shape)) return pool;
  const axes = w > 1 ? [2, 0, 1] : [2, 1, 0];
  const permuted = permute([h, w, c], axes);
  if (permuted[2]! < 16) return pool;
  const turned = newTensor(`${ifm.tensor.name}_transpose`, ifm.tensor.type, permuted);
  const transpose = build(graph, 'Transpose', op.source, [ifm.tensor], turned);
  copyView(ifm, ifmOf(transpose));
  ifmOf(transpose).shape = [h, w, c];
  transpose.axes = axes;
  read.quant = undefined;
  read.tensor.readers.splice(read.tensor.readers.indexOf(pool), 1);
  read.tensor = turned;
  turned.readers.push(pool);
  read.shape = permuted;
  ofmOf(pool).shape = [1, 1, permuted[1]!, permuted[2]!];
  pool.kernel = { ...NO_KERNEL, height: permuted[0]! };
  return pool;
}
