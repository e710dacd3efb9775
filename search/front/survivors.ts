/** Points that no other dominates or equals, each with a member; points are taken in one by one, smaller is better. */
export class Survivors {
  readonly members: Uint16Array[] = [];
  readonly points: Float64Array[] = [];

  constructor(private readonly dimensions: number) {}

  /** Takes a point in, unless another dominates it or is its equal. */
  add(point: Float64Array, member: Uint16Array): void {
    const { members, points, dimensions } = this;
    for (let i = 0; i < points.length; i++) {
      if (!this.covers(points[i]!, point)) continue;
      // The next point is likely to be dominated by the same one.
      [points[0], points[i]] = [points[i]!, points[0]!];
      [members[0], members[i]] = [members[i]!, members[0]!];
      return;
    }
    let kept = 0;
    for (let i = 0; i < points.length; i++) {
      if (this.covers(point, points[i]!)) continue;
      members[kept] = members[i]!;
      points[kept++] = points[i]!;
    }
    members.length = kept;
    points.length = kept;
    members.push(member.slice());
    points.push(point.slice(0, dimensions));
  }

  private covers(a: Float64Array, b: Float64Array): boolean {
    for (let j = 0; j < this.dimensions; j++) if (a[j]! > b[j]!) return false;
    return true;
  }
}
