import type { Estimate } from '../estimate-types.js';

/** Start of the reason of operators that wait for support by this program, not by the hardware. */
export const NOT_SUPPORTED_YET = 'not supported by paretou yet';

/** Operators that run on the CPU, alike ones counted together, most frequent first. */
export interface CpuGroup {
  readonly operator: string;
  readonly reason: string;
  readonly count: number;
}

/** Groups the CPU rows of an estimate by operator and reason. */
export function cpuGroups(estimate: Estimate): readonly CpuGroup[] {
  const groups = new Map<string, { operator: string; reason: string; count: number }>();
  for (const layer of estimate.layers) {
    if (layer.target !== 'CPU' || layer.fused) continue;
    const reason = layer.reason ?? 'no reason given';
    const key = `${layer.originalOperator}\n${reason}`;
    const group = groups.get(key) ?? { operator: layer.originalOperator, reason, count: 0 };
    group.count++;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/**
 * Bytes by which the SRAM that the network needs exceeds the limit of the arena; 0 where it fits. The limit holds for
 * feature maps and buffers; in Sram_Only the constants beside them are not part of `memoryUsed.sram`.
 */
export const arenaExcess = (estimate: Estimate): number =>
  Math.max(0, estimate.memoryUsed.sram - estimate.arenaCacheSize);

/** What a reader should know beside the figures: paragraphs, possibly none. */
export function notes(estimate: Estimate): readonly string[] {
  const paragraphs: string[] = [];
  const groups = cpuGroups(estimate);
  if (groups.length > 0) {
    paragraphs.push(
      [
        'On the CPU, without a cost in these figures:',
        ...groups.map(({ operator, reason, count }) => `  ${count} x ${operator}: ${reason}`),
      ].join('\n'),
    );
  }
  const waiting = groups
    .filter(({ reason }) => reason.startsWith(NOT_SUPPORTED_YET))
    .reduce((sum, { count }) => sum + count, 0);
  if (waiting > 0) {
    paragraphs.push(
      `Note: ${waiting} of them ${waiting === 1 ? 'is' : 'are'} ${NOT_SUPPORTED_YET}: ` +
        'the reference compiler may place them on the NPU, so that the totals may be too low.',
    );
  }
  if (estimate.predictedWeights) {
    paragraphs.push(
      'Note: sizes of encoded weights, and what depends on them, are predictions where weights are not known yet.',
    );
  }
  if (arenaExcess(estimate) > 0) paragraphs.push(excessNote(estimate));
  return paragraphs;
}

/** Converters join the names of all that they merged; the first says enough. */
const shortName = (name: string): string => name.split(';', 1)[0]!;

/** Says that the arena is too small, by how much, and what fills it. */
function excessNote(estimate: Estimate): string {
  const { memoryUsed, arenaCacheSize, peak, refused } = estimate;
  const lines = [
    `Warning: the network does not fit: it needs ${memoryUsed.sram} bytes of SRAM, ` +
      `${arenaExcess(estimate)} more than the arena limit of ${arenaCacheSize} bytes.`,
  ];
  if (refused) lines.push('The reference compiler stops with an error in that case.');
  if (peak !== undefined) {
    const { name, operator } = estimate.layers[peak.layer]!;
    const largest = peak.contents.slice(0, 3).map((item) => `${shortName(item.name)} (${item.bytes})`);
    lines.push(
      `Most bytes, ${peak.bytes}, are alive at ${operator} ${shortName(name)}; the largest: ${largest.join(', ')}.`,
    );
  }
  return lines.join('\n');
}
