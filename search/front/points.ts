/** Objective values of many points: row-major, `dimensions` numbers per point; smaller is better. */
export interface Points {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Float64Array;
}

/** Points from rows of values. */
export const pointsOf = (rows: readonly ArrayLike<number>[], dimensions: number): Points => {
  const values = new Float64Array(rows.length * dimensions);
  rows.forEach((row, i) => values.set(row, i * dimensions));
  return { count: rows.length, dimensions, values };
};

/** The points of members that have values. */
export const pointsOfMembers = (
  members: readonly { readonly values: ArrayLike<number> }[],
  dimensions: number,
): Points =>
  pointsOf(
    members.map(({ values }) => values),
    dimensions,
  );

/** Values of point `i`, without copying. */
export const pointAt = ({ values, dimensions: k }: Points, i: number): Float64Array =>
  values.subarray(i * k, (i + 1) * k);

/** Positions of the points, those with the least value of an objective first. */
export const orderBy = ({ count, dimensions: k, values }: Points, j: number): Uint32Array =>
  new Uint32Array(count).map((_, i) => i).sort((a, b) => values[a * k + j]! - values[b * k + j]!);

/** The points at some positions, in that order. */
export const selectPoints = ({ values, dimensions: k }: Points, keep: ArrayLike<number>): Points => {
  const kept = new Float64Array(keep.length * k);
  for (let i = 0; i < keep.length; i++) {
    for (let j = 0; j < k; j++) kept[i * k + j] = values[keep[i]! * k + j]!;
  }
  return { count: keep.length, dimensions: k, values: kept };
};

/** The points of both, those of `a` first. */
export const joinPoints = (a: Points, b: Points): Points => {
  const values = new Float64Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { count: a.count + b.count, dimensions: a.dimensions, values };
};

/** True if two points agree in the objectives before objective `end`. */
export const agree = ({ values, dimensions: k }: Points, a: number, b: number, end = k): boolean => {
  for (let j = 0; j < end; j++) if (values[a * k + j] !== values[b * k + j]) return false;
  return true;
};
