import { ELEMENT_BITS } from '../../graph/network.js';
import { become, ifmOf, ofmOf } from '../ir.js';
import type { IrGraph, Op, Quant, View } from '../ir.js';
import type { LookUpTable } from '../operations.js';

const quantKey = (quant: Quant | undefined): string =>
  quant === undefined ? '-' : `${quant.scales[0] ?? '-'},${quant.zeroPoints[0] ?? '-'}`;

/** Bytes of a table for 8-bit and 16-bit feature maps. */
const TABLE_BYTES = { narrow: 256, wide: 2048 } as const;

/** Functions whose 8-bit tables are known entry by entry (docs/model/lowering.md#tables). */
const FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  Sigmoid: (x) => (x <= -8 ? 0 : x >= 8 ? 1 : 1 / (1 + Math.exp(-x))),
  Tanh: Math.tanh,
  Exp: Math.exp,
};

const roundHalfAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

/** The bytes of an 8-bit table, as text. */
function entries(f: (x: number) => number, ifm: View, ofm: View): string {
  const parameters = ({ tensor, quant }: View): readonly [least: number, scale: number, zero: number] => [
    tensor.type === 'uint8' ? 0 : -128,
    quant?.scales[0] ?? 1,
    quant?.zeroPoints[0] ?? 0,
  ];
  const [first, scaleIn, zeroIn] = parameters(ifm);
  const [least, scaleOut, zeroOut] = parameters(ofm);
  const bytes = new Uint8Array(TABLE_BYTES.narrow);
  for (let k = 0; k < bytes.length; k++) {
    const y = roundHalfAway(zeroOut + f(scaleIn * (first + k - zeroIn)) / scaleOut);
    bytes[k] = Math.min(Math.max(y, least), least + 255) & 255;
  }
  return Buffer.from(bytes).toString('latin1');
}

const KNOWN_ENTRIES = new Map<string, string>();

/** The operation becomes a table look-up; `name` and the quantisation on both sides say what is in the table. */
export function toTable(op: Op, graph: IrGraph, name: string): Op {
  const ifm = ifmOf(op);
  const ofm = ofmOf(op);
  const narrow = ELEMENT_BITS[ifm.tensor.type] === 8;
  let key = `${name}:${ifm.tensor.type}:${quantKey(ifm.quant)}:${quantKey(ofm.quant)}`;
  const f = FUNCTIONS[name];
  if (narrow && f !== undefined) {
    let contents = KNOWN_ENTRIES.get(key);
    if (contents === undefined) KNOWN_ENTRIES.set(key, (contents = entries(f, ifm, ofm)));
    key = contents;
  }
  op.lut = { bytes: narrow ? TABLE_BYTES.narrow : TABLE_BYTES.wide, key };
  return become(graph, op, 'LUT');
}

/** Table of the hardware's own function of 16 bits, which no scale has an influence on. */
export const wideTable = (kind: 'Sigmoid' | 'Tanh'): LookUpTable => ({ bytes: TABLE_BYTES.wide, key: kind });

/** LOGISTIC and TANH: a table for 8 bits, else the hardware's own function (docs/model/lowering.md#tables). */
export function lowerSigmoidal(op: Op, graph: IrGraph, kind: 'Sigmoid' | 'Tanh', tables16: boolean): Op {
  const ifm = ifmOf(op).tensor.type;
  if (ELEMENT_BITS[ifm] === 8 && ifm === ofmOf(op).tensor.type) return toTable(op, graph, kind);
  if (tables16) op.lut = wideTable(kind);
  return become(graph, op, kind);
}
