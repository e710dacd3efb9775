import { build, buildReader, filledConstant } from '../build.js';
import { connectOutput, disconnect, ifmOf, newTensor, NO_KERNEL, ofmOf, sizeOf } from '../ir.js';
import type { IrGraph, Op, Tensor } from '../ir.js';
import type { Kernel } from '../operations.js';
import { narrow } from '../view-parts.js';

/** Most positions of which the hardware finds the largest at once. */
const LONGEST = 32768;

/** Is the axis, the second of the three that the operation sees, too long for one operation? */
export const isLongArgMax = (op: Op): boolean => sizeOf(ifmOf(op)).at(-2)! > LONGEST;

/** The last two of three axes exchanged, so that the blocks of a position lie side by side. */
function turned(graph: IrGraph, like: Op, from: Tensor): Op {
  const [before, blocks, after] = from.shape as [number, number, number];
  const to = newTensor(`#${graph.stamp}`, from.type, [before, after, blocks]);
  const transpose = build(graph, 'Transpose', like.source, [from], to);
  transpose.axes = [0, 2, 1];
  return transpose;
}

/**
 * ARG_MAX over more than 32768 positions: largest value and its place per block, then the block with the largest one,
 * whose place is fetched (docs/model/lowering.md#reduction-views; there are no figures of the reference to compare
 * with).
 */
export function splitArgMax(op: Op, graph: IrGraph): Op[] {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const [before, total, after] = ifm.shape.slice(-3) as [number, number, number];
  const shape = [before, total, after];
  const blocks = Math.ceil(total / LONGEST);
  const all = [before, blocks, after];
  const one = [before, 1, after];
  const values = newTensor(`#${graph.stamp}`, ifm.tensor.type, all);
  const places = newTensor(`#${graph.stamp}`, 'int32', all);
  const parts: Op[] = [];
  for (let block = 0; block < blocks; block++) {
    const at = block * LONGEST;
    const count = Math.min(LONGEST, total - at);
    const kernel: Kernel = { ...NO_KERNEL, width: count };
    const reduce = (kind: 'MaxPool' | 'ArgMax'): Op => {
      const part = buildReader(graph, kind, op, { ...ifm, shape });
      narrow(ifmOf(part), 1, at, count);
      part.kernel = kernel;
      parts.push(part);
      return part;
    };
    narrow(connectOutput(reduce('MaxPool'), values), 1, block, 1);
    const place = newTensor(`#${graph.stamp}`, 'int32', one);
    const search = reduce('ArgMax');
    search.axes = [1];
    connectOutput(search, place);
    const start = filledConstant('block_start', 'int32', [1], at);
    const add = build(graph, 'Add', op.source, [place, start], places);
    narrow(ofmOf(add), 1, block, 1);
    parts.push(add);
  }
  const largest = turned(graph, op, values);
  const candidates = turned(graph, op, places);
  const rows = before * after;
  const chosen = newTensor(`#${graph.stamp}`, 'int32', [before, after, 1]);
  const search = build(graph, 'ArgMax', op.source, [ofmOf(largest).tensor], chosen);
  ifmOf(search).shape = [rows, blocks, 1];
  ofmOf(search).shape = [rows, 1, 1];
  search.axes = [1];
  search.kernel = { ...NO_KERNEL, width: blocks };
  const gather = build(graph, 'Gather', op.source, [ofmOf(candidates).tensor, chosen], ofm.tensor);
  gather.inputs[0]!.shape = [1, rows, blocks, 1];
  gather.inputs[1]!.shape = [1, 1, rows, 1];
  ofmOf(gather).shape = [1, rows, 1, 1];
  disconnect(op);
  return [...parts, largest, candidates, search, gather];
}
