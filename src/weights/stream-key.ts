import { createHash } from 'node:crypto';
import type { WeightArray } from './weight-array.js';
import { emitStream } from './emit-stream.js';
import type { StreamLayout, U85StreamLayout } from './encoding.js';
import { u55Plan, u85Plan, type Plan } from './plan.js';
import { rawLength } from './stream-order.js';

/** A text that two encoded tensors share only where their weight streams are equal byte by byte. */
function streamKey(plan: Plan, weights: WeightArray, boundaries: readonly number[]): string {
  const values = weights.values();
  const hash = createHash('sha1').update(plan.format);
  for (let k = 1; k < boundaries.length; k++) {
    for (const { slice, scaleBytes } of plan.sections(boundaries[k - 1]!, boundaries[k]!)) {
      for (const part of plan.streamsOf(slice)) {
        const stream = new Int16Array(rawLength(plan.order, part));
        emitStream(values, plan.order, part, stream);
        hash.update(`${scaleBytes},${stream.length};`).update(new Uint8Array(stream.buffer));
      }
    }
  }
  return hash.digest('base64');
}

/** The key of weights encoded for Ethos-U55/U65 in the depth slices between `boundaries`. */
export const u55StreamKey = (
  weights: WeightArray,
  layout: StreamLayout,
  boundaries: readonly number[],
): string => streamKey(u55Plan(weights.shape, layout), weights, boundaries);

/** The same for Ethos-U85. */
export const u85StreamKey = (
  weights: WeightArray,
  layout: U85StreamLayout,
  boundaries: readonly number[],
): string => streamKey(u85Plan(weights.shape, layout), weights, boundaries);
