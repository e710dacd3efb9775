import { roundUp } from '../cost/integers.js';
import { allocateFirstFit, RangeList } from './first-fit.js';
import type { Liveness } from './liveness.js';
import { searchSwaps } from './swap-search.js';

/** Up to so many ranges are placed once before anything is known of their neighbours: that is nearly always enough. */
const FEW = 500;

const LIST = new RangeList();

/** Ranges, sizes rounded up; those that are never used only if asked for. */
function listOf(
  { count, starts, ends, sizes, length }: Liveness,
  alignment: number,
  unused: boolean,
): RangeList {
  LIST.clear();
  for (let r = 0; r < count; r++) {
    const end = Math.min(ends[r]!, length - 1);
    if (unused || starts[r]! <= end) LIST.add(starts[r]!, end, roundUp(sizes[r]!, alignment));
  }
  return LIST;
}

/**
 * Bytes that the ranges take when they are placed by the reference's search (docs/model/scheduling.md#allocation). It
 * is deterministic.
 *
 * @param limit the size that the result should not exceed
 */
export function allocate(liveness: Liveness, alignment: number, limit = Infinity): number {
  const { count, length } = liveness;
  if (count === 0) return 0;
  if (count <= FEW) {
    const { size, peak } = allocateFirstFit(listOf(liveness, alignment, false), length);
    if (size <= peak) return size;
  }
  return (
    searchSwaps(listOf(liveness, alignment, true), length, limit) ??
    allocateFirstFit(listOf(liveness, alignment, false), length).size
  );
}
