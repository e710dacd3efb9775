import { grown } from '../front/grown.js';
import type { Designs } from './space.js';

/** A set of rows of digits, in the order in which they were added. */
export class RowSet {
  size = 0;
  private rows: Uint16Array;
  /** Open addressing: a row's number + 1, or 0 for an empty slot; twice as many slots as there is room for rows. */
  private slots = new Uint32Array(512);

  constructor(readonly width: number) {
    this.rows = new Uint16Array(256 * width);
  }

  /** Row number `i`, without copying. */
  row(i: number): Uint16Array {
    return this.rows.subarray(i * this.width, (i + 1) * this.width);
  }

  has(row: Uint16Array): boolean {
    return this.slots[this.slotOf(row)] !== 0;
  }

  /** Adds a copy of the row; false if it is there. */
  add(row: Uint16Array): boolean {
    let slot = this.slotOf(row);
    if (this.slots[slot] !== 0) return false;
    if (2 * this.size === this.slots.length) {
      this.grow();
      slot = this.slotOf(row);
    }
    this.rows.set(row, this.size * this.width);
    this.slots[slot] = ++this.size;
    return true;
  }

  /** Numbers of the rows, in lexicographic order of their digits. */
  sorted(): Uint32Array {
    const { rows, width } = this;
    return new Uint32Array(this.size)
      .map((_, i) => i)
      .sort((a, b) => {
        for (let i = 0; i < width; i++) {
          const difference = rows[a * width + i]! - rows[b * width + i]!;
          if (difference !== 0) return difference;
        }
        return 0;
      });
  }

  /** The rows as a table. */
  designs(): Designs {
    const { size: count, width } = this;
    return { count, width, digits: this.rows.slice(0, count * width) };
  }

  private grow(): void {
    this.rows = grown(this.rows);
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let i = 0; i < this.size; i++) this.slots[this.slotOf(this.row(i))] = i + 1;
  }

  /** Slot that holds the row, or the empty one where it belongs. */
  private slotOf(row: Uint16Array): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < this.width; i++) hash = Math.imul(hash ^ row[i]!, 0x01000193);
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.slots[slot] !== 0 && !this.equals(this.slots[slot]! - 1, row)) slot = (slot + 1) & mask;
    return slot;
  }

  private equals(i: number, row: Uint16Array): boolean {
    for (let j = 0; j < this.width; j++) if (this.rows[i * this.width + j] !== row[j]) return false;
    return true;
  }
}
