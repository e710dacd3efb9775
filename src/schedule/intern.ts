import type { CostOp, CostView } from '../cost/operation.js';

/** Returns the one object that stands for all operations of equal cost. */
export type OpInterner = (op: CostOp) => CostOp;

const viewKey = ({ shape: [n, h, w, c], bits, format, constant }: CostView): string =>
  `${n},${h},${w},${c}/${bits}${format === 'NHWC' ? 'n' : 'b'}${constant ? 'c' : ''}`;

/** What fused and chained operations add to the key. */
const groupKey = ({ members, externals, ofmOrder, ofmReversedAxis, resizeScale }: CostOp): string =>
  members === undefined &&
  ofmOrder === undefined &&
  ofmReversedAxis === undefined &&
  resizeScale === undefined
    ? ''
    : JSON.stringify([members, externals, ofmOrder, ofmReversedAxis, resizeScale]);

/** Everything in a CostOp that tells it apart. */
function costKey(op: CostOp): string {
  const k = op.kernel;
  const kernel = `${k.height},${k.width},${k.strideH},${k.strideW},${k.dilationH},${k.dilationW}`;
  const flags = `${op.activation}${op.scaled ? 's' : ''}${op.usesLut ? 'l' : ''}${op.ofmTransposed ? 't' : ''}${op.ofmReversed ? 'r' : ''}`;
  const ifms = op.ifms.map(viewKey).join(';');
  return `${op.kind} ${kernel} ${op.upscale} ${flags} ${op.lutBytes} ${ifms}>${viewKey(op.ofm)} ${op.weights?.key ?? ''}${groupKey(op)}`;
}

/** An interner, which remembers nothing of others. */
export function createInterner(): OpInterner {
  const known = new Map<string, CostOp>();
  return (op) => {
    const key = costKey(op);
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, op);
    return op;
  };
}
