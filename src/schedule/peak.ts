import { roundUp } from '../cost/integers.js';
import type { MemoryPeak } from '../estimate-types.js';
import type { Evaluation } from '../estimate.js';

/**
 * What fills the staging memory at its fullest.
 *
 * @param layerOf report row of each operation
 */
export function memoryPeak(evaluation: Evaluation, layerOf: readonly number[]): MemoryPeak | undefined {
  const { program, scheduled } = evaluation;
  const { used, liveness } = scheduled.snapshot;
  let at = -1;
  for (let i = 0; i < program.ops.length; i++) {
    if (program.ops[i]!.cost === undefined) continue;
    if (at === -1 || used[liveness.times[i]!]! > used[liveness.times[at]!]!) at = i;
  }
  if (at === -1) return undefined;
  const t = liveness.times[at]!;
  const names = new Array<string | undefined>(liveness.count);
  program.tensors.forEach(({ name }, id) => {
    const range = liveness.rangeOf[id]!;
    if (range !== -1) names[range] ??= name;
  });
  const contents: { name: string; bytes: number }[] = [];
  for (let range = 0; range < liveness.count; range++) {
    const bytes = roundUp(liveness.sizes[range]!, 16);
    if (bytes === 0 || liveness.starts[range]! > t || liveness.ends[range]! < t) continue;
    contents.push({ name: names[range] ?? 'weight buffer', bytes });
  }
  contents.sort((a, b) => b.bytes - a.bytes);
  return { bytes: used[t]!, layer: layerOf[at]!, contents };
}
