import { roundUp } from '../cost/integers.js';
import type { MemoryPeak, PeakItem } from './types.js';
import type { Evaluation } from './evaluation.js';
import type { ProgramTensor } from '../schedule/program.js';

/** The part of it that is in memory may be less than the whole, in a cascade. */
function mapOf(tensor: ProgramTensor, bytes: number): NonNullable<PeakItem['map']> {
  const { shape, format } = tensor;
  const channels = shape[3];
  const share = format === 'NHWC' ? 0 : 1 - channels / roundUp(channels, 16);
  return { shape, format, paddingBytes: Math.round(share * bytes) };
}

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
  const maps = new Array<ProgramTensor | undefined>(liveness.count);
  program.tensors.forEach((tensor, id) => {
    const range = liveness.rangeOf[id]!;
    if (range !== -1) maps[range] ??= tensor;
  });
  const contents: PeakItem[] = [];
  for (let range = 0; range < liveness.count; range++) {
    const bytes = roundUp(liveness.sizes[range]!, 16);
    if (bytes === 0 || liveness.starts[range]! > t || liveness.ends[range]! < t) continue;
    const tensor = maps[range];
    contents.push(
      tensor === undefined
        ? { name: 'weight buffer', bytes }
        : { name: tensor.name, bytes, map: mapOf(tensor, bytes) },
    );
  }
  contents.sort((a, b) => b.bytes - a.bytes);
  return { bytes: used[t]!, layer: layerOf[at]!, contents };
}
