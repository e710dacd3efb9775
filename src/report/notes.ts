import type { Estimate } from '../estimate/types.js';
import { cpuGroups } from '../explain/cpu.js';
import { cpuLines, type CpuText } from './cpu.js';
import { peakLines } from './peak.js';
import { wrap } from '../text.js';
import { traitSentences } from './traits.js';

/**
 * Bytes by which the SRAM that the network needs exceeds the limit of the arena; 0 where it fits. The limit holds for
 * feature maps and buffers; in Sram_Only the constants beside them are not part of `memoryUsed.sram`.
 */
export const arenaExcess = (estimate: Estimate): number =>
  Math.max(0, estimate.memoryUsed.sram - estimate.arenaCacheSize);

/** What a reader should know beside the figures: paragraphs, possibly none. */
export function notes(estimate: Estimate, options: CpuText = {}): readonly string[] {
  const { traits, layers, npuOperators } = estimate;
  const lines = [
    traitSentences(traits).map((sentence) => wrap(`Note: ${sentence}.`)),
    cpuLines(cpuGroups(layers), npuOperators, traits, options),
    estimate.predictedWeights
      ? [
          'Note: sizes of encoded weights, and what depends on them, are predictions where weights are not known yet.',
        ]
      : [],
    excessLines(estimate),
    peakLines(estimate),
  ];
  return lines.filter((paragraph) => paragraph.length > 0).map((paragraph) => paragraph.join('\n'));
}

/** Says that the arena is too small, and by how much. */
function excessLines(estimate: Estimate): readonly string[] {
  const { memoryUsed, arenaCacheSize, refused } = estimate;
  const excess = arenaExcess(estimate);
  if (excess === 0) return [];
  return [
    wrap(
      `Warning: the network does not fit: it needs ${memoryUsed.sram} bytes of SRAM, ` +
        `${excess} more than the arena limit of ${arenaCacheSize} bytes.`,
    ),
    ...(refused ? ['The reference compiler stops with an error in that case.'] : []),
  ];
}
