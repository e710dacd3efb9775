/** Lists of numbers one after another in one array. */
export class NumberLists {
  data = new Float64Array(256);
  /** Where each list begins; the last entry is where the next will. */
  firsts = new Int32Array(64);
  private count = 0;

  /** Keeps a list; its number is how many there were before. */
  add(list: Float64Array): void {
    const from = this.firsts[this.count]!;
    const to = from + list.length;
    if (to > this.data.length) {
      const wider = new Float64Array(2 * to);
      wider.set(this.data);
      this.data = wider;
    }
    if (this.count + 1 === this.firsts.length) {
      const longer = new Int32Array(2 * this.firsts.length);
      longer.set(this.firsts);
      this.firsts = longer;
    }
    this.data.set(list, from);
    this.firsts[++this.count] = to;
  }
}
