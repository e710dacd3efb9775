import { roundDown, roundUp } from '../cost/integers.js';
import type { Encoding } from '../weights/encoding.js';
import type { Machine } from './machine.js';
import { type Plan, type Slices } from './plan.js';
import { prebufferCycles, slicesOf } from './planning.js';

/** Share of the depth that the first slice should take; docs/model/scheduling.md#depth-slices. */
export function firstShare(
  depth: number,
  half: number,
  wholeBytes: number,
  hidden: number,
  transfer: number,
  busy: boolean,
): number {
  const least = Math.min(16 / depth, 1);
  const most = Math.min(half / wholeBytes, 1);
  const covered = Math.min(hidden / transfer, 1);
  let share = 1 - Math.floor(covered / least) * least < least / 2 ? 1 : covered;
  if (busy && share > 0.5 && share < 1) {
    share = Math.min(Math.max(roundUp(Math.floor(depth * 0.5), 16) / depth, 0.5), 1);
  }
  return Math.min(Math.max(share, least), most);
}

/**
 * Depth slices whose buffers fit; docs/model/scheduling.md#depth-slices. Undefined: not worth it.
 *
 * @param index of the operation
 */
export function chooseSlices(
  machine: Machine,
  plan: Plan,
  index: number,
  share: number,
  half: number,
  busy: boolean,
): Slices | undefined {
  const whole = plan.whole.encoding!;
  const depth = plan.op.ofm.shape[3];
  const blockDepth = plan.config.ofmC;
  const minimum = machine.model.minimumSliceDepth(plan.config);
  let first = Math.max(roundDown(Math.trunc(depth * share), minimum), 16);
  let step = 0;
  if (first < depth) {
    const cycles = prebufferCycles(machine, plan, first);
    step = Math.trunc((depth * cycles) / plan.fullTransfer);
    step = roundUp(Math.max(step, 16), blockDepth);
    if (Math.trunc((step / depth) * whole.allocatedBytes) > half) {
      step = Math.trunc((half / whole.allocatedBytes) * depth);
    }
  }
  let result = plan.whole;
  while (step !== 0) {
    step = Math.max(roundDown(step, step > blockDepth ? blockDepth : minimum), minimum);
    result = slicesOf(machine, plan, first, step);
    machine.requests?.push({ index, plan, slices: result });
    if (largestRange(result.encoding!) <= half || (first === 16 && step === minimum)) break;
    if (step > first) step = roundUp(Math.trunc(step / 2), minimum);
    else first = roundUp(Math.trunc(first / 2), 16);
  }
  const slices = result.boundaries.length - 1;
  if (slices >= 3 && Math.fround(step / roundUp(step, blockDepth)) < Math.fround(0.3) && busy) {
    return undefined;
  }
  return result;
}

const largestRange = (encoding: Encoding): number => Math.max(...encoding.rangeBytes);

/** Sizes of the one or two buffers that slices take turns in, within `limit`; undefined if they do not fit. */
export function bufferParts(encoding: Encoding, limit: number): readonly number[] | undefined {
  let even = 0;
  let odd = 0;
  encoding.rangeBytes.forEach((bytes, k) => {
    if (k % 2 === 0) even = Math.max(even, bytes);
    else odd = Math.max(odd, bytes);
  });
  const largest = Math.max(even, odd);
  if (even + odd <= limit && largest < encoding.allocatedBytes) return [even, odd];
  const single = Math.min(encoding.allocatedBytes, largest);
  return single <= limit ? [single] : undefined;
}
