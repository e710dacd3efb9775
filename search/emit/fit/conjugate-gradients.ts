/** A symmetric positive semidefinite system A·x = right. */
export interface Equations {
  readonly start: Float64Array;
  readonly right: Float64Array;
  readonly apply: (x: Float64Array) => Float64Array;
  /** Something near A⁻¹, symmetric as well. */
  readonly precondition: (residual: Float64Array) => Float64Array;
  readonly steps: number;
}

/** Ends when the residual is this share of what it was. */
const ENOUGH = 1e-3;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Some steps of preconditioned conjugate gradients: each makes xᵀ·A·x/2 − rightᵀ·x smaller. */
export const conjugateGradients = ({ start, right, apply, precondition, steps }: Equations): Float64Array => {
  const x = start.slice();
  const residual = apply(x).map((value, i) => right[i]! - value);
  let prepared = precondition(residual);
  let square = dot(residual, prepared);
  const enough = ENOUGH ** 2 * square;
  let direction = prepared;
  for (let step = 0; step < steps && square > enough; step++) {
    const applied = apply(direction);
    const curvature = dot(direction, applied);
    if (!(curvature > 0)) break;
    const along = square / curvature;
    for (let i = 0; i < x.length; i++) {
      x[i]! += along * direction[i]!;
      residual[i]! -= along * applied[i]!;
    }
    prepared = precondition(residual);
    const next = dot(residual, prepared);
    direction = direction.map((value, i) => prepared[i]! + (next / square) * value);
    square = next;
  }
  return x;
};
