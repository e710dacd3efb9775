/** Numbers that a cache has room for. */
const ROOM = 2 ** 20;

/** After so many rows, a cache that has known fewer than one in so many is of no use. */
const TRIAL = 2 ** 14;
const RARE = 64;

/** The largest power of two up to a number. */
const powerOfTwo = (most: number): number => 2 ** Math.floor(Math.log2(Math.max(1, most)));

/**
 * Remembers which numbers rows of numbers led to, in bounded memory: a row takes the place of another with the same slot.
 * Gives up where rows hardly ever come again.
 */
export class RowCache {
  private readonly mask: number;
  private readonly rows: Int32Array;
  private readonly filled: Uint8Array;
  /** For each slot what its row led to. */
  private readonly values: Float64Array;
  private asked = 0;
  private known = 0;

  /**
   * @param width numbers of each row
   * @param depth numbers that a row leads to
   */
  constructor(
    private readonly width: number,
    private readonly depth: number,
    room = ROOM,
  ) {
    const slots = powerOfTwo(room / (width + depth));
    this.mask = slots - 1;
    this.rows = new Int32Array(slots * width);
    this.filled = new Uint8Array(slots);
    this.values = new Float64Array(slots * depth);
  }

  /** It pays to ask. */
  get isUseful(): boolean {
    return this.asked < TRIAL || this.known * RARE > this.asked;
  }

  /** Where a row is or would be. */
  slotOf(row: Int32Array): number {
    let hash = 0;
    for (let k = 0; k < this.width; k++) hash = Math.imul(hash ^ row[k]!, 0x9e3779b1) ^ (hash >>> 15);
    return (hash ^ (hash >>> 16)) & this.mask;
  }

  /** True if the row is the one in its slot. */
  has(slot: number, row: Int32Array): boolean {
    this.asked++;
    if (this.filled[slot] === 0) return false;
    const at = slot * this.width;
    for (let k = 0; k < this.width; k++) if (this.rows[at + k] !== row[k]) return false;
    this.known++;
    return true;
  }

  /** One of the numbers that the row in a slot led to. */
  at(slot: number, k: number): number {
    return this.values[slot * this.depth + k]!;
  }

  /** Puts a row into its slot. */
  keep(slot: number, row: Int32Array, ...values: readonly number[]): void {
    this.rows.set(row, slot * this.width);
    this.filled[slot] = 1;
    for (let k = 0; k < this.depth; k++) this.values[slot * this.depth + k] = values[k]!;
  }
}
