/** Names of permutations of the last three axes, all earlier axes in place: output axes by where they come from. */
const NAMES: Readonly<Record<string, string>> = {
  '012': 'NHWC',
  '102': 'NWHC',
  '021': 'NHCW',
  '210': 'NCWH',
  '120': 'NWCH',
  '201': 'NCHW',
};

/** `axes` for a shape that got axes of size 1 in front. */
export function padPermutation(axes: readonly number[], rank: number): readonly number[] {
  const extra = rank - axes.length;
  if (extra <= 0) return axes;
  return [...Array.from({ length: extra }, (_, i) => i), ...axes.map((axis) => axis + extra)];
}

/**
 * Name of a permutation of rank ≥ 3 (docs/model/lowering.md#transpose-limits); undefined when an earlier axis moves.
 */
export function permutationName(axes: readonly number[]): string | undefined {
  const lead = axes.length - 3;
  for (let i = 0; i < lead; i++) if (axes[i] !== i) return undefined;
  return NAMES[`${axes[lead]! - lead}${axes[lead + 1]! - lead}${axes[lead + 2]! - lead}`];
}

/** The permutation that applies `first` and then `second`. */
export const compose = (first: readonly number[], second: readonly number[]): readonly number[] =>
  second.map((axis) => first[axis]!);

/** Does the permutation keep the order of all axes that are not 1? */
export function keepsOrder(axes: readonly number[], shape: readonly number[]): boolean {
  let last = -1;
  for (const axis of axes) {
    if (shape[axis] === 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

/** `shape` seen through a permutation. */
export const permute = (shape: readonly number[], axes: readonly number[]): number[] =>
  axes.map((axis) => shape[axis]!);
