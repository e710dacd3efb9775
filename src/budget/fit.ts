import type { Part } from '../npu/parts.js';
import type { PeakItem } from '../estimate/types.js';
import type { BudgetFigures } from './figures.js';

/** One memory of a part with what the network takes of it. */
export interface MemoryFit {
  readonly memory: 'sram' | 'flash';
  readonly needed: number;
  /** Undefined where nothing states it. */
  readonly size: number | undefined;
  /** Below zero for what is missing. */
  readonly spare: number | undefined;
}

/** A network on a part. */
export interface Fit {
  readonly part: Part;
  readonly memories: readonly MemoryFit[];
  /** Undefined where no size is known. */
  readonly fits: boolean | undefined;
  /** What takes most of the SRAM at its fullest, and at which layer. */
  readonly peak: { readonly layer: string; readonly largest: PeakItem | undefined } | undefined;
}

const memoryFit = (memory: MemoryFit['memory'], needed: number, size: number | undefined): MemoryFit => ({
  memory,
  needed,
  size,
  spare: size === undefined ? undefined : size - needed,
});

/** Holds a network against the memories of a part. */
export const fitOf = (part: Part, { values, peak, layers }: BudgetFigures): Fit => {
  const [sram, constants] = [values.sram!, values.flash!];
  const memories =
    part.constantsIn === 'sram'
      ? [memoryFit('sram', sram + constants, part.sram)]
      : [memoryFit('sram', sram, part.sram), memoryFit('flash', constants, part.flash)];
  const known = memories.flatMap(({ spare }) => spare ?? []);
  const short = known.some((spare) => spare < 0);
  return {
    part,
    memories,
    fits: short ? false : known.length < memories.length ? undefined : true,
    peak: peak && { layer: layers[peak.layer]!.name, largest: peak.contents[0] },
  };
};
