import { op } from '../../wasm.js';
import { locals, type Code } from './code.js';

/** Rows and columns of results that a product computes at once: eight vectors of four sums. */
export const ROWS = 4;
export const COLUMNS = 8;

/** Bytes of a step of `multiply`: two 16-bit weights for each of `COLUMNS` columns. */
export const STEP_BYTES = 4 * COLUMNS;

/** Bytes of a step of `multiplyChannels`: a 16-bit weight for each of `COLUMNS` columns. */
export const CHANNEL_STEP_BYTES = 2 * COLUMNS;

const rows = Array.from({ length: ROWS }, (_, r) => r);

/** Parameters and locals of products. */
const [BLOCK, BLOCKS_END, FIRST, SEGMENTS, SEGMENTS_END, LENGTH, STRIDE] = locals(0, 7);
const [WEIGHTS, START, RESULT, RESULT_STRIDE, SEGMENT, AT, OFFSET, END, TARGET] = locals(7, 9);
const row = (r: number): number => 16 + r;
const sum = (r: number, half: number): number => 20 + 2 * r + half;
const [LOW, HIGH, READ] = locals(28, 3);

/*
 * For each block of four row addresses from BLOCK to BLOCKS_END: sums of products of the rows with eight columns,
 * starting from the eight values at START, to RESULT with rows RESULT_STRIDE apart. Columns read a row from FIRST bytes
 * after its address. A row consists of segments, whose offsets lie from SEGMENTS to SEGMENTS_END. WEIGHTS has one step
 * after another for all segments; `segment` adds up the products of one, with each row's place in `row`.
 */
const productOf = (segment: Code): Code => [
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
  ...[op.get(SEGMENT), op.i32Load(0), op.get(FIRST), op.i32Add, op.set(OFFSET)],
  ...rows.flatMap((r) => [...[op.get(BLOCK), op.i32Load(4 * r), op.get(OFFSET), op.i32Add, op.set(row(r))]]),
  ...segment,
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

const add = (r: number, half: number): Code => [...[op.get(sum(r, half)), op.i32x4Add, op.set(sum(r, half))]];

/** A segment is read in pairs of 16-bit values, STRIDE apart, for LENGTH bytes. */
const pairs: Code = [
  ...[op.get(row(0)), op.get(LENGTH), op.i32Add, op.set(END)],
  op.loop,
  ...[op.get(AT), op.v128Load(0), op.set(LOW), op.get(AT), op.v128Load(16), op.set(HIGH)],
  ...rows.flatMap((r) => [
    ...[op.get(row(r)), op.v128Load32Splat(0), op.tee(READ), op.get(LOW), op.i32x4DotI16x8s, ...add(r, 0)],
    ...[op.get(READ), op.get(HIGH), op.i32x4DotI16x8s, ...add(r, 1)],
  ]),
  ...rows.flatMap((r) => [op.get(row(r)), op.get(STRIDE), op.i32Add, op.set(row(r))]),
  ...[op.get(AT), op.i32Const(STEP_BYTES), op.i32Add, op.set(AT)],
  ...[op.get(row(0)), op.get(END), op.i32LtU, op.brIf(0)],
  op.end,
];

/** A segment is eight values, one for each column. */
const channels: Code = [
  ...[op.get(AT), op.v128Load(0), op.set(LOW)],
  ...rows.flatMap((r) => [
    ...[op.get(row(r)), op.v128Load(0), op.tee(READ), op.get(LOW), op.i32x4ExtmulLowI16x8s, ...add(r, 0)],
    ...[op.get(READ), op.get(LOW), op.i32x4ExtmulHighI16x8s, ...add(r, 1)],
  ]),
  ...[op.get(AT), op.i32Const(CHANNEL_STEP_BYTES), op.i32Add, op.set(AT)],
];

const routine = (segment: Code) =>
  ({ parameters: 11, integers: 9, vectors: 11, instructions: productOf(segment) }) as const;

/** Each column adds up all values of a row, or those of its own channel. */
export const PRODUCTS = { multiply: routine(pairs), multiplyChannels: routine(channels) };

/** Where the parts of a product lie; all are addresses or numbers of bytes. */
export interface Product {
  /** Addresses of rows, four in a block. */
  readonly blocks: number;
  readonly blockCount: number;
  /** From the address of a row to what is read of it. */
  readonly first?: number;
  /** Offsets of the segments of a row. */
  readonly segments: number;
  readonly segmentCount: number;
  /** From the first pair of a segment to its end, and from one pair to the next. */
  readonly length?: number;
  readonly stride?: number;
  readonly weights: number;
  /** Eight sums to start from. */
  readonly start: number;
  readonly result: number;
  readonly resultStride: number;
}

/** Arguments of the routines. */
export const productArguments = (p: Product): number[] => [
  ...[p.blocks, p.blocks + 4 * ROWS * p.blockCount, p.first ?? 0],
  ...[p.segments, p.segments + 4 * p.segmentCount, p.length ?? 0, p.stride ?? 0],
  ...[p.weights, p.start, p.result, p.resultStride],
];
