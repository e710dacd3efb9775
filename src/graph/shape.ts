/** Number of elements of a shape. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** Row-major strides of a shape: elements from one index of an axis to the next. */
export const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => elementsOf(shape.slice(axis + 1)));
