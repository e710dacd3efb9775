/** Rows of sums in one array, without the columns that are zero in all of them. */
export class SumRows {
  /** Columns that are kept, in the order in which they turned up. */
  private readonly columns: number[] = [];
  private rows = new Float64Array(0);
  private packed = new Float64Array(0);
  private count = 0;

  /** Keeps a row; its number is how many there were before. */
  add(sums: Float64Array): void {
    const { columns } = this;
    const before = columns.length;
    for (let column = 0; column < sums.length; column++) {
      if (sums[column] !== 0 && !columns.includes(column)) columns.push(column);
    }
    const width = columns.length;
    if (width > before || this.rows.length < (this.count + 1) * width) this.rearrange(before);
    const at = this.count++ * width;
    for (let k = 0; k < width; k++) this.rows[at + k] = sums[columns[k]!]!;
  }

  /** Adds up rows in the order of a list; `sums` is zero in the columns that no row has. */
  addUp(numbers: Int32Array, count: number, sums: Float64Array): void {
    const { rows, packed, columns } = this;
    const width = columns.length;
    packed.fill(0);
    for (let n = 0; n < count; n++) {
      const at = numbers[n]! * width;
      for (let k = 0; k < width; k++) packed[k]! += rows[at + k]!;
    }
    for (let k = 0; k < width; k++) sums[columns[k]!] = packed[k]!;
  }

  /** Makes room for more rows, and for the columns after the first `before`. */
  private rearrange(before: number): void {
    const width = this.columns.length;
    const rows = new Float64Array(2 * (this.count + 8) * width);
    for (let r = 0; r < this.count; r++) {
      rows.set(this.rows.subarray(r * before, (r + 1) * before), r * width);
    }
    this.rows = rows;
    this.packed = new Float64Array(width);
  }
}
