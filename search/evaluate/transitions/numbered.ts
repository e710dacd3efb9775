/** Numbers for things that are told apart by a key, from `first` in the order of asking. */
export class Numbered<T> {
  readonly items: T[] = [];
  private readonly known = new Map<string, number>();

  constructor(private readonly first = 0) {}

  numberOf(key: string, item: T): number {
    let number = this.known.get(key);
    if (number === undefined) {
      number = this.first + this.items.length;
      this.known.set(key, number);
      this.items.push(item);
    }
    return number;
  }

  at(number: number): T {
    return this.items[number - this.first]!;
  }
}
