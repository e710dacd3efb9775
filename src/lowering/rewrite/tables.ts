import { ELEMENT_BITS } from '../../graph/network.js';
import { become, ifmOf, ofmOf } from '../ir.js';
import type { IrGraph, Op, Quant } from '../ir.js';
import type { LookUpTable } from '../operations.js';

const quantKey = (quant: Quant | undefined): string =>
  quant === undefined ? '-' : `${quant.scales[0] ?? '-'},${quant.zeroPoints[0] ?? '-'}`;

/** Bytes of a table for 8-bit and 16-bit feature maps. */
const TABLE_BYTES = { narrow: 256, wide: 2048 } as const;

/** The operation becomes a table look-up; `name` and the quantisation on both sides identify the table's contents. */
export function toTable(op: Op, graph: IrGraph, name: string): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const bytes = ELEMENT_BITS[ifm.tensor.type] === 8 ? TABLE_BYTES.narrow : TABLE_BYTES.wide;
  op.lut = { bytes, key: `${name}:${ifm.tensor.type}:${quantKey(ifm.quant)}:${quantKey(ofm.quant)}` };
  return become(graph, op, 'LUT');
}

/** Table of the hardware's own function of 16 bits, which no scale has an influence on. */
export const wideTable = (kind: 'Sigmoid' | 'Tanh'): LookUpTable => ({ bytes: TABLE_BYTES.wide, key: kind });

/** LOGISTIC and TANH: a table for 8 bits, else the hardware's own function (reference 01 §5.3). */
export function lowerSigmoidal(op: Op, graph: IrGraph, kind: 'Sigmoid' | 'Tanh', tables16: boolean): Op {
  const ifm = ifmOf(op).tensor.type;
  if (ELEMENT_BITS[ifm] === 8 && ifm === ofmOf(op).tensor.type) return toTable(op, graph, kind);
  if (tables16) op.lut = wideTable(kind);
  return become(graph, op, kind);
}
