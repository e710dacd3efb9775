/** A queue that gives the least first; of equals, the one that was put in first. */
export class Heap<T> {
  private readonly items: { readonly key: number; readonly order: number; readonly value: T }[] = [];
  private order = 0;

  get size(): number {
    return this.items.length;
  }

  push(key: number, value: T): void {
    const item = { key, order: this.order++, value };
    let at = this.items.push(item) - 1;
    for (; at > 0 && this.isBefore(at, (at - 1) >> 1); at = (at - 1) >> 1) this.swap(at, (at - 1) >> 1);
  }

  pop(): readonly [key: number, value: T] | undefined {
    const first = this.items[0];
    if (first === undefined) return undefined;
    const last = this.items.pop()!;
    if (this.items.length > 0) this.items[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= this.items.length) break;
      const least = right < this.items.length && this.isBefore(right, left) ? right : left;
      if (!this.isBefore(least, at)) break;
      this.swap(at, least);
      at = least;
    }
    return [first.key, first.value];
  }

  private isBefore(a: number, b: number): boolean {
    const [x, y] = [this.items[a]!, this.items[b]!];
    return x.key < y.key || (x.key === y.key && x.order < y.order);
  }

  private swap(a: number, b: number): void {
    [this.items[a], this.items[b]] = [this.items[b]!, this.items[a]!];
  }
}
