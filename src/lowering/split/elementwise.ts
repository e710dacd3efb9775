import { ELEMENT_BITS } from '../../graph/network.js';
import { cloneOp } from '../clone.js';
import { disconnect, expectOperations, ofmOf, sizeOf } from '../ir.js';
import type { IrGraph, Op } from '../ir.js';
import { LARGEST_AXIS, narrow } from '../view-parts.js';

/** Deepest copy of wide elements on the smaller families. */
const COPY_DEPTH: Readonly<Record<number, number>> = { 32: 32768, 64: 16384 };

/** Slices of at most 65536 per axis (docs/model/lowering.md#long-axes). */
export function splitLargeAxes(op: Op, graph: IrGraph, limited: boolean): Op[] {
  const bits = ELEMENT_BITS[ofmOf(op).tensor.type];
  const deepest = limited && op.kind === 'MemoryCopy' ? (COPY_DEPTH[bits] ?? LARGEST_AXIS) : LARGEST_AXIS;
  const size = sizeOf(ofmOf(op));
  const rank = size.length;
  for (const [axis, limit] of [
    [rank - 3, LARGEST_AXIS],
    [rank - 2, LARGEST_AXIS],
    [rank - 1, deepest],
  ] as const) {
    const total = size[axis]!;
    if (total <= limit) continue;
    expectOperations(graph, op.source, Math.ceil(total / limit));
    const parts: Op[] = [];
    for (let at = 0; at < total; at += limit) {
      const part = cloneOp(graph, op);
      const count = Math.min(limit, total - at);
      for (const view of part.inputs) {
        if (view.role < 100 && sizeOf(view)[axis - rank + view.shape.length]! > 1) {
          narrow(view, axis - rank + view.shape.length, at, count);
        }
      }
      narrow(ofmOf(part), axis, at, count);
      parts.push(part);
    }
    disconnect(op);
    return parts.flatMap((part) => splitLargeAxes(part, graph, limited));
  }
  return [op];
}
