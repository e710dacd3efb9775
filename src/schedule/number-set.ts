const SMALLEST = 256;

/** A set of 32-bit integers that is emptied at no cost: for sets that are filled again and again. */
export class NumberSet {
  private keys = new Int32Array(SMALLEST);
  private stamps = new Int32Array(SMALLEST);
  private generation = 0;
  private size = 0;

  clear(): void {
    this.generation++;
    this.size = 0;
  }

  /** True if the number was not in the set. */
  add(key: number): boolean {
    if (2 * this.size >= this.keys.length) this.grow();
    const { keys, stamps, generation } = this;
    const last = keys.length - 1;
    let at = (Math.imul(key, 0x9e3779b1) >>> 8) & last;
    while (stamps[at] === generation) {
      if (keys[at] === key) return false;
      at = (at + 1) & last;
    }
    stamps[at] = generation;
    keys[at] = key;
    this.size++;
    return true;
  }

  private grow(): void {
    const { keys, stamps, generation } = this;
    this.keys = new Int32Array(2 * keys.length);
    this.stamps = new Int32Array(2 * keys.length);
    this.generation = 1;
    this.size = 0;
    for (let at = 0; at < keys.length; at++) if (stamps[at] === generation) this.add(keys[at]!);
  }
}
