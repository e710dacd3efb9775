import type { Coverage } from '../../rank/coverage.js';

/** State of a search after a generation. */
export interface HistoryEntry {
  readonly evaluated: number;
  readonly front: number;
  /** As `Coverage` has it; null where it is not known. */
  readonly hypervolume: number | null;
}

/** What a search found when. */
export interface History {
  readonly record: (evaluated: number, front: number, cover: () => Coverage, last: boolean) => void;
  readonly entries: () => readonly HistoryEntry[];
}

/** Beyond three objectives a generation is recorded only if so many more designs have been evaluated. */
const GROWTH = 1.1;

/** A history of every generation, or, where measuring takes long, of ever fewer of them, always with the last. */
export const createHistory = (dimensions: number): History => {
  const entries: HistoryEntry[] = [];
  return {
    record: (evaluated, front, cover, last) => {
      const growth = dimensions <= 3 ? 1 : GROWTH;
      if (!last && evaluated < growth * (entries.at(-1)?.evaluated ?? 0)) return;
      entries.push({ evaluated, front, hypervolume: cover().hypervolume ?? null });
    },
    entries: () => entries,
  };
};
