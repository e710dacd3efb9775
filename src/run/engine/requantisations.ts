import { op } from '../../wasm.js';
import type { Multiplier } from '../multiplier.js';
import { locals, type Code } from './code.js';

/** Parameters and locals of `requantise`. */
const [SUMS, SUMS_END, PADDING, FACTORS, FACTORS_END, OUTPUT, ZERO, LEAST, GREATEST] = locals(0, 9);
const [FACTOR, VALUE, SHIFT, MASK] = locals(9, 4);

/** Bytes of a factor: its multiplier and two shifts. */
export const FACTOR_BYTES = 12;

/** How often a scaled sum is rounded; see multiplier.ts. */
export type Rounding = 'once' | 'twice';

/** The product of a sum and a multiplier. */
const scaled = (sumOf: Code): Code => [
  ...sumOf,
  ...[op.i64ExtendI32s, op.get(FACTOR), op.i32Load(0), op.i64ExtendI32s, op.i64Mul],
];

/** Leaves a scaled sum; shifts are words 1 and 2 of its factor. */
const SCALINGS: Readonly<Record<Rounding, Code>> = {
  once: [
    ...scaled([op.get(SUMS), op.i32Load(0)]),
    ...[op.i64Const(1), op.get(FACTOR), op.i32Load(4), op.i64ExtendI32s, op.i64Shl, op.i64Add],
    ...[op.get(FACTOR), op.i32Load(8), op.i64ExtendI32s, op.i64ShrS, op.i32WrapI64],
  ],
  twice: [
    ...scaled([op.get(SUMS), op.i32Load(0), op.get(FACTOR), op.i32Load(4), op.i32Shl]),
    ...[op.i64Const(2 ** 30), op.i64Add, op.i64Const(31), op.i64ShrS, op.i32WrapI64, op.set(VALUE)],
    ...[op.i32Const(1), op.get(FACTOR), op.i32Load(8), op.tee(SHIFT), op.i32Shl],
    ...[op.i32Const(1), op.i32Sub, op.set(MASK)],
    ...[op.get(VALUE), op.get(SHIFT), op.i32ShrS],
    ...[op.get(VALUE), op.get(MASK), op.i32And],
    ...[op.get(MASK), op.i32Const(1), op.i32ShrU, op.get(VALUE), op.i32Const(31), op.i32ShrU, op.i32Add],
    ...[op.i32GtS, op.i32Add],
  ],
};

/** The words of a factor. */
export const factorWords = ({ multiplier, shift }: Multiplier, rounding: Rounding): number[] =>
  rounding === 'once'
    ? [multiplier, 30 - shift, 31 - shift]
    : [multiplier, Math.max(0, shift), Math.max(0, -shift)];

const clampTo = (limit: number, isBeyond: readonly number[]): Code => [
  ...[op.get(limit), op.get(VALUE), op.get(VALUE), op.get(limit), isBeyond, op.select, op.set(VALUE)],
];

/*
 * Rows of sums from SUMS to SUMS_END, with PADDING bytes between them, to bytes at OUTPUT: each column has its factor.
 * Then the zero point is added and the limits hold.
 */
const requantise = (rounding: Rounding): Code => [
  op.block,
  op.loop,
  ...[op.get(SUMS), op.get(SUMS_END), op.i32GeU, op.brIf(1)],
  ...[op.get(FACTORS), op.set(FACTOR)],
  op.loop,
  ...SCALINGS[rounding],
  ...[op.get(ZERO), op.i32Add, op.set(VALUE)],
  ...clampTo(LEAST, op.i32LtS),
  ...clampTo(GREATEST, op.i32GtS),
  ...[op.get(OUTPUT), op.get(VALUE), op.i32Store8(0)],
  ...[op.get(OUTPUT), op.i32Const(1), op.i32Add, op.set(OUTPUT)],
  ...[op.get(SUMS), op.i32Const(4), op.i32Add, op.set(SUMS)],
  ...[op.get(FACTOR), op.i32Const(FACTOR_BYTES), op.i32Add, op.tee(FACTOR)],
  ...[op.get(FACTORS_END), op.i32LtU, op.brIf(0)],
  op.end,
  ...[op.get(SUMS), op.get(PADDING), op.i32Add, op.set(SUMS), op.br(0)],
  op.end,
  op.end,
];

const routine = (rounding: Rounding) =>
  ({ parameters: 9, integers: 4, vectors: 0, instructions: requantise(rounding) }) as const;

export const REQUANTISATIONS = { once: routine('once'), twice: routine('twice') };

/** Sums that become bytes; addresses and numbers of bytes. */
export interface Requantisation {
  readonly sums: number;
  readonly rows: number;
  readonly columns: number;
  /** Bytes from one row of sums to the next. */
  readonly stride: number;
  readonly factors: number;
  readonly output: number;
  readonly zeroPoint: number;
  readonly least: number;
  readonly greatest: number;
}

/** Arguments of the routines. */
export const requantisationArguments = (r: Requantisation): number[] => [
  ...[r.sums, r.sums + r.rows * r.stride, r.stride - 4 * r.columns],
  ...[r.factors, r.factors + FACTOR_BYTES * r.columns],
  ...[r.output, r.zeroPoint, r.least, r.greatest],
];
