import { baselineRow, type NumberRow, type Study } from './columns.js';
import { FIGURE_COUNT, FIGURES, type DesignFigures } from './evaluate/figures.js';
import { evaluateDesigns, type Results, type SessionOptions } from './evaluate/pool.js';
import { allDesigns, baselineSpace, rowOf, type DesignTable, type Space } from './space.js';
import { STANDARD } from './substitute/index.js';

/** Figures of row `row`, which must be known. */
export const figuresAt = (results: Results, row: number): DesignFigures => {
  const numbers = Object.fromEntries(
    FIGURES.map((name, i) => [name, results.figures[row * FIGURE_COUNT + i]!] as const),
  ) as Record<(typeof FIGURES)[number], number>;
  return { ...numbers, predicted: numbers.predicted === 1 };
};

/** Digits of the unchanged network on every system; none if the space does not hold it. */
export const baselineDesigns = (space: Space): Uint16Array[] => {
  // An unchanged choice comes first where it is one of them.
  const holds =
    space.sites.every(({ options }) => options[0] === STANDARD) &&
    space.groups.every(({ group, widths }) => widths[0] === group.channels);
  if (!holds) return [];
  const varying = space.sites.length + space.groups.length;
  return space.systems.map((_, system) => {
    const digits = new Uint16Array(varying + 1);
    digits[varying] = system;
    return digits;
  });
};

/** Row of the unchanged network on each system; undefined where the designs do not hold it. */
const baselineRows = (space: Space, designs: DesignTable): (number | undefined)[] => {
  const rows = space.systems.map((): number | undefined => undefined);
  if (baselineDesigns(space).length === 0) return rows;
  for (let row = 0; row < designs.count; row++) {
    const digits = rowOf(designs, row);
    if (digits.subarray(0, -1).every((digit) => digit === 0)) rows[digits.at(-1)!] = row;
  }
  return rows;
};

/**
 * The unchanged network on each system: from the results where they have it, else evaluated in the calling thread,
 * whatever the signal says. Undefined where it cannot be evaluated.
 */
export const baselinesOf = async (
  space: Space,
  designs: DesignTable,
  results: Results,
  { evaluator }: Pick<SessionOptions, 'evaluator'>,
): Promise<(DesignFigures | undefined)[]> => {
  const rows = baselineRows(space, designs);
  const isMissing = (row: number | undefined): boolean =>
    row === undefined || (results.known[row] === 0 && !results.failures.has(row));
  const unchanged = baselineSpace(space);
  const fresh = rows.some(isMissing)
    ? await evaluateDesigns(unchanged, allDesigns(unchanged), { jobs: 1, ...(evaluator && { evaluator }) })
    : undefined;
  return rows.map((row, system) => {
    const [from, at] = isMissing(row) ? [fresh!, system] : [results, row!];
    return from.known[at] === 1 ? figuresAt(from, at) : undefined;
  });
};

/** The baseline that takes the most cycles, over all studies and systems; undefined if none is known. */
export const slowestBaseline = (studies: readonly Study[]): NumberRow | undefined =>
  studies
    .flatMap((study) => study.space.systems.map((_, system) => baselineRow(study, system)))
    .filter((row) => row !== undefined)
    .reduce<NumberRow | undefined>(
      (slowest, row) => (slowest === undefined || row.cycles_total > slowest.cycles_total ? row : slowest),
      undefined,
    );
