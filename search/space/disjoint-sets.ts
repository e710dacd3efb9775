/** Disjoint sets of whole numbers from 0; the smallest member stands for its set. */
export class DisjointSets {
  private readonly parent: Int32Array;

  constructor(size: number) {
    this.parent = Int32Array.from({ length: size }, (_, i) => i);
  }

  /** The member that stands for the set. */
  find(member: number): number {
    let root = member;
    while (this.parent[root]! !== root) root = this.parent[root]!;
    this.parent[member] = root;
    return root;
  }

  /** Makes one set of two; true if they were different. */
  join(a: number, b: number): boolean {
    const [x, y] = [this.find(a), this.find(b)];
    if (x < y) this.parent[y] = x;
    else this.parent[x] = y;
    return x !== y;
  }
}
