import { disconnect, expectOperations, ifmOf, ofmOf } from '../ir.js';
import type { IrGraph, Op } from '../ir.js';
import { cloneOp } from '../clone.js';
import { withAxis, zeros } from '../shape.js';

/**
 * Convolutions and pools with strides above 3, one operation per OFM position
 * (docs/model/lowering.md#kernel-simplification).
 */
export function unrollStrides(op: Op, graph: IrGraph): Op {
  const { kernel } = op;
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  if (kernel.strideH <= 3 && kernel.strideW <= 3) return op;
  if (kernel.top + kernel.left + kernel.bottom + kernel.right !== 0) return op;
  if (kernel.dilationH !== 1 || kernel.dilationW !== 1) return op;
  if (ifm.slice !== undefined || ofm.slice !== undefined) return op;
  const rank = ifm.shape.length;
  const [h, w] = [rank - 3, rank - 2];
  expectOperations(graph, op.source, ofm.shape[h]! * ofm.shape[w]!);
  let first: Op | undefined;
  for (let y = 0; y < ofm.shape[h]!; y++) {
    for (let x = 0; x < ofm.shape[w]!; x++) {
      const part = cloneOp(graph, op);
      part.kernel = { ...kernel, strideH: 1, strideW: 1 };
      ifmOf(part).slice = {
        offset: withAxis(withAxis(zeros(rank), h, y * kernel.strideH), w, x * kernel.strideW),
        size: withAxis(withAxis(ifm.shape, h, kernel.height), w, kernel.width),
      };
      ofmOf(part).slice = {
        offset: withAxis(withAxis(zeros(rank), h, y), w, x),
        size: withAxis(withAxis(ofm.shape, h, 1), w, 1),
      };
      first ??= part;
    }
  }
  disconnect(op);
  return first ?? op;
}
