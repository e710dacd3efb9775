/** Numbers of rows that a cache has room for. */
const ROOM = 2 ** 20;

/** The largest power of two up to a number. */
const powerOfTwo = (most: number): number => 2 ** Math.floor(Math.log2(Math.max(1, most)));

/** Remembers what rows of numbers led to, in bounded memory: a row takes the place of another with the same slot. */
export class RowCache<T> {
  private readonly mask: number;
  private readonly rows: Int32Array;
  private readonly filled: Uint8Array;
  private readonly values: (T | undefined)[] = [];

  /** @param width numbers of each row */
  constructor(
    private readonly width: number,
    room = ROOM,
  ) {
    const slots = powerOfTwo(room / Math.max(1, width));
    this.mask = slots - 1;
    this.rows = new Int32Array(slots * width);
    this.filled = new Uint8Array(slots);
  }

  /** Where a row is or would be. */
  slotOf(row: Int32Array): number {
    let hash = 0;
    for (let k = 0; k < this.width; k++) hash = Math.imul(hash ^ row[k]!, 0x9e3779b1) ^ (hash >>> 15);
    return (hash ^ (hash >>> 16)) & this.mask;
  }

  /** True if the row is the one in its slot. */
  has(slot: number, row: Int32Array): boolean {
    if (this.filled[slot] === 0) return false;
    const at = slot * this.width;
    for (let k = 0; k < this.width; k++) if (this.rows[at + k] !== row[k]) return false;
    return true;
  }

  /** What the row in a slot led to. */
  at(slot: number): T {
    return this.values[slot] as T;
  }

  /** Puts a row into its slot. */
  keep(slot: number, row: Int32Array, value: T): T {
    this.rows.set(row, slot * this.width);
    this.filled[slot] = 1;
    this.values[slot] = value;
    return value;
  }
}
