import {
  COST_SHIFT,
  LARGEST_CODABLE,
  NOT_CODABLE,
  PARAMETER_SETS,
  SWITCH_BITS,
  writeCostTable,
} from './parameter-sets.js';
import { CHUNK_WEIGHTS, MAX_INDEX } from './symbols.js';
import { assemble, op, PAGE_BYTES } from '../wasm.js';

/** Sets in groups of four, one vector each; the last group is not full. */
const VECTORS = Math.ceil(PARAMETER_SETS / 4);
const WIDTHS = 10;

/** Addresses in the kernel's memory. */
const LEADS = 0;
const LIMITS = 16 * VECTORS;
const COSTS = 2 * LIMITS;
const COST_ROW = 2 << COST_SHIFT;
const COST_TABLE = COST_ROW * (MAX_INDEX + 1);
const INDICES = COSTS + WIDTHS * COST_TABLE;

/** Parameters and locals of the kernel. */
const AT = 0;
const END = 1;
const TABLE = 2;
const CURRENT = 3;
const ROW = 4;
const OWN = 5;
const INDEX = 6;
const FIRST_VECTOR = 7;
const lead = (k: number): number => FIRST_VECTOR + k;
const limit = (k: number): number => FIRST_VECTOR + VECTORS + k;
const next = (k: number): number => FIRST_VECTOR + 2 * VECTORS + k;
const OWN_ALL = FIRST_VECTOR + 3 * VECTORS;
const INDEX_ALL = OWN_ALL + 1;
const FRESH = OWN_ALL + 2;

const each = (make: (k: number) => number[][]): number[][] =>
  Array.from({ length: VECTORS }, (_, k) => make(k)).flat();

/*
 * A vector kernel, as most of the time of an encoding is spent here: the same loop on plain variables takes three times
 * as long.
 *
 * For the indices from address AT to END: leaves at the first one that the current set cannot code (reading its cost
 * at offset CURRENT of the index's row in TABLE), or where another set leads by more than the switch costs. Otherwise
 * lead := codable ? lead + bits − own bits : fresh, for all sets at once. Returns the address it left at.
 */
const { memory, run } = assemble(Math.ceil((INDICES + 2 * CHUNK_WEIGHTS) / PAGE_BYTES), {
  run: {
    parameters: 4,
    integers: 3,
    vectors: 3 * VECTORS + 3,
    result: true,
    instructions: [
      ...each((k) => [op.i32Const(0), op.v128Load(LEADS + 16 * k), op.set(lead(k))]),
      ...each((k) => [op.i32Const(0), op.v128Load(LIMITS + 16 * k), op.set(limit(k))]),
      ...[op.i32Const(SWITCH_BITS), op.i32x4Splat, op.set(FRESH)],
      op.block,
      op.loop,
      ...[op.get(AT), op.get(END), op.i32GeU, op.brIf(1)],
      ...[op.get(AT), op.i32Load16u(0), op.tee(INDEX), op.i32Const(COST_SHIFT + 1), op.i32Shl],
      ...[op.get(TABLE), op.i32Add, op.tee(ROW), op.get(CURRENT), op.i32Add, op.i32Load16u(0), op.tee(OWN)],
      ...[op.i32Const(NOT_CODABLE), op.i32GeU, op.brIf(1)],
      ...each((k) => [op.get(lead(k)), op.get(ROW), op.v128Load16x4s(8 * k), op.i32x4Add, op.tee(next(k))]),
      ...Array.from({ length: VECTORS - 1 }, () => op.v128Or),
      ...[op.i32x4Bitmask, op.brIf(1)],
      ...[op.get(OWN), op.i32x4Splat, op.set(OWN_ALL), op.get(INDEX), op.i32x4Splat, op.set(INDEX_ALL)],
      ...each((k) => [
        ...[op.get(next(k)), op.get(OWN_ALL), op.i32x4Sub, op.get(FRESH)],
        ...[op.get(INDEX_ALL), op.get(limit(k)), op.i32x4LeS, op.v128Bitselect, op.set(lead(k))],
      ]),
      ...[op.get(AT), op.i32Const(2), op.i32Add, op.set(AT), op.br(0)],
      op.end,
      op.end,
      ...each((k) => [op.i32Const(0), op.get(lead(k)), op.v128Store(LEADS + 16 * k)]),
      op.get(AT),
    ],
  },
});

/** Indices of the chunk at hand. */
export const indices = new Uint16Array(memory.buffer, INDICES, CHUNK_WEIGHTS);

/**
 * Per set, `SWITCH_BITS` plus what it has cost more than the current set since the point from which both are counted;
 * `SWITCH_BITS` for a set that cannot code the last index.
 */
export const leads = new Int32Array(memory.buffer, LEADS, 4 * VECTORS);

new Int32Array(memory.buffer, LIMITS, 4 * VECTORS).fill(-1).set(LARGEST_CODABLE);

const tables = Array.from(
  { length: WIDTHS },
  (_, width) => new Int16Array(memory.buffer, COSTS + width * COST_TABLE, COST_TABLE / 2),
);

/** Bits by index (rows of 2^COST_SHIFT) and set; what is not codable costs `NOT_CODABLE`. */
export const costTable = (uncompressedBits: number): Int16Array => {
  const table = tables[uncompressedBits]!;
  if (table[0] === 0) writeCostTable(table, uncompressedBits);
  return table;
};

/**
 * Brings `leads` from position `from` to the first one before `to` at which the search leaves the set `current`, and
 * returns that position, or `to`.
 */
export const advance = (from: number, to: number, current: number, uncompressedBits: number): number =>
  (run(INDICES + 2 * from, INDICES + 2 * to, COSTS + uncompressedBits * COST_TABLE, 2 * current) - INDICES) >>
  1;
