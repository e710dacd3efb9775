import { assemble, op, PAGE_BYTES } from '../wasm.js';
import type { Multiplier } from './multiplier.js';

/** Rows and columns of results that the product computes at once: eight vectors of four sums. */
export const ROWS = 4;
export const COLUMNS = 8;

/** Bytes of a step: two 16-bit weights for each of `COLUMNS` columns. */
export const STEP_BYTES = 4 * COLUMNS;

const rows = Array.from({ length: ROWS }, (_, r) => r);
const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

/** Parameters and locals of `multiply`. */
const [BLOCK, BLOCKS_END, SEGMENTS, SEGMENTS_END, LENGTH, STRIDE, WEIGHTS, START, RESULT, RESULT_STRIDE] =
  range(0, 10) as [number, number, number, number, number, number, number, number, number, number];
const [SEGMENT, AT, OFFSET, END, TARGET] = range(10, 5) as [number, number, number, number, number];
const row = (r: number): number => 15 + r;
const sum = (r: number, half: number): number => 19 + 2 * r + half;
const [LOW, HIGH, PAIR] = range(27, 3) as [number, number, number];

/*
 * For each block of four row addresses from BLOCK to BLOCKS_END: sums of products of the rows with eight columns,
 * starting from the eight values at START, to RESULT with rows RESULT_STRIDE apart. A row consists of segments, whose
 * offsets from the row's address lie from SEGMENTS to SEGMENTS_END. A segment is read in pairs of 16-bit values, STRIDE
 * apart, for LENGTH bytes. WEIGHTS has one step after another for all segments.
 */
const multiply = [
  op.block,
  op.loop,
  ...[op.get(BLOCK), op.get(BLOCKS_END), op.i32GeU, op.brIf(1)],
  ...rows.flatMap((r) => [
    ...[op.get(START), op.v128Load(0), op.set(sum(r, 0))],
    ...[op.get(START), op.v128Load(16), op.set(sum(r, 1))],
  ]),
  ...[op.get(SEGMENTS), op.set(SEGMENT), op.get(WEIGHTS), op.set(AT)],
  op.block,
  op.loop,
  ...[op.get(SEGMENT), op.get(SEGMENTS_END), op.i32GeU, op.brIf(1)],
  ...[op.get(SEGMENT), op.i32Load(0), op.set(OFFSET)],
  ...rows.flatMap((r) => [...[op.get(BLOCK), op.i32Load(4 * r), op.get(OFFSET), op.i32Add, op.set(row(r))]]),
  ...[op.get(row(0)), op.get(LENGTH), op.i32Add, op.set(END)],
  op.loop,
  ...[op.get(AT), op.v128Load(0), op.set(LOW), op.get(AT), op.v128Load(16), op.set(HIGH)],
  ...rows.flatMap((r) => [
    ...[op.get(row(r)), op.v128Load32Splat(0), op.tee(PAIR)],
    ...[op.get(LOW), op.i32x4DotI16x8s, op.get(sum(r, 0)), op.i32x4Add, op.set(sum(r, 0))],
    ...[op.get(PAIR), op.get(HIGH), op.i32x4DotI16x8s, op.get(sum(r, 1)), op.i32x4Add, op.set(sum(r, 1))],
  ]),
  ...rows.flatMap((r) => [op.get(row(r)), op.get(STRIDE), op.i32Add, op.set(row(r))]),
  ...[op.get(AT), op.i32Const(STEP_BYTES), op.i32Add, op.set(AT)],
  ...[op.get(row(0)), op.get(END), op.i32LtU, op.brIf(0)],
  op.end,
  ...[op.get(SEGMENT), op.i32Const(4), op.i32Add, op.set(SEGMENT), op.br(0)],
  op.end,
  op.end,
  ...[op.get(RESULT), op.set(TARGET)],
  ...rows.flatMap((r) => [
    ...[op.get(TARGET), op.get(sum(r, 0)), op.v128Store(0)],
    ...[op.get(TARGET), op.get(sum(r, 1)), op.v128Store(16)],
    ...[op.get(TARGET), op.get(RESULT_STRIDE), op.i32Add, op.set(TARGET)],
  ]),
  ...[op.get(TARGET), op.set(RESULT)],
  ...[op.get(BLOCK), op.i32Const(4 * ROWS), op.i32Add, op.set(BLOCK), op.br(0)],
  op.end,
  op.end,
];

/** Parameters and locals of `requantise`. */
const [SUMS, SUMS_END, PADDING, FACTORS, FACTORS_END, OUTPUT, ZERO, LEAST, GREATEST] = range(0, 9) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
const [FACTOR, VALUE, SHIFT, MASK] = range(9, 4) as [number, number, number, number];

/** Bytes of a factor: its multiplier and two shifts. */
export const FACTOR_BYTES = 12;

/** How often a scaled sum is rounded; see multiplier.ts. */
export type Rounding = 'once' | 'twice';

/** The product of a sum and a multiplier. */
const scaled = (sumOf: readonly (readonly number[])[]): (readonly number[])[] => [
  ...sumOf,
  ...[op.i64ExtendI32s, op.get(FACTOR), op.i32Load(0), op.i64ExtendI32s, op.i64Mul],
];

/** Leaves a scaled sum; shifts are words 1 and 2 of its factor. */
const SCALINGS: Readonly<Record<Rounding, readonly (readonly number[])[]>> = {
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

const clampTo = (limit: number, isBeyond: readonly number[]): (readonly number[])[] => [
  ...[op.get(limit), op.get(VALUE), op.get(VALUE), op.get(limit), isBeyond, op.select, op.set(VALUE)],
];

/*
 * Rows of sums from SUMS to SUMS_END, with PADDING bytes between them, to bytes at OUTPUT: each column has its factor.
 * Then the zero point is added and the limits hold.
 */
const requantise = (rounding: Rounding): (readonly number[])[] => [
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

const engine = assemble(16, {
  multiply: { parameters: 10, integers: 9, vectors: 11, instructions: multiply },
  once: { parameters: 9, integers: 4, vectors: 0, instructions: requantise('once') },
  twice: { parameters: 9, integers: 4, vectors: 0, instructions: requantise('twice') },
});

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

/** Scales sums to bytes. */
export const requantiseSums = (r: Requantisation, rounding: Rounding): void => {
  engine[rounding](
    r.sums,
    r.sums + r.rows * r.stride,
    r.stride - 4 * r.columns,
    r.factors,
    r.factors + FACTOR_BYTES * r.columns,
    r.output,
    r.zeroPoint,
    r.least,
    r.greatest,
  );
};

/** Where the parts of a product lie; all are addresses or numbers of bytes. */
export interface Product {
  /** Addresses of rows, four in a block. */
  readonly blocks: number;
  readonly blockCount: number;
  /** Offsets of the segments of a row. */
  readonly segments: number;
  readonly segmentCount: number;
  /** Bytes from the first pair of a segment to its end, and from one pair to the next. */
  readonly length: number;
  readonly stride: number;
  readonly weights: number;
  /** Eight sums to start from. */
  readonly start: number;
  readonly result: number;
  readonly resultStride: number;
}

/** Multiplies rows with eight columns. */
export const multiplyBlocks = (p: Product): void => {
  engine.multiply(
    p.blocks,
    p.blocks + 4 * ROWS * p.blockCount,
    p.segments,
    p.segments + 4 * p.segmentCount,
    p.length,
    p.stride,
    p.weights,
    p.start,
    p.result,
    p.resultStride,
  );
};

const ALIGNMENT = 16;

/** Memory of the kernels: as large as was ever needed. Views end with the next call of `layOut`. */
export const memoryBuffer = (): ArrayBuffer => engine.memory.buffer;

/**
 * Addresses of arrays of these sizes in bytes, one after another from the start of the memory; what lay there before is
 * lost.
 */
export const layOut = <const Sizes extends readonly number[]>(
  ...sizes: Sizes
): { -readonly [I in keyof Sizes]: number } => {
  let end = 0;
  const addresses = sizes.map((bytes) => {
    const address = end;
    end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return address;
  });
  const missing = end + ALIGNMENT - engine.memory.buffer.byteLength;
  if (missing > 0) engine.memory.grow(Math.ceil(missing / PAGE_BYTES));
  return addresses as { -readonly [I in keyof Sizes]: number };
};
