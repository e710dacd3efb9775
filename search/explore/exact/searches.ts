import { lossOf } from '../../evaluate/forms.js';
import type { Constraint } from '../../rank/constraints.js';
import type { ExploreRequest } from '../explorer.js';
import { formModel, type Dimension } from './dimensions.js';
import type { SolveOptions } from './eliminate.js';
import { retainedIsKnown, type SegmentCosts } from './segment-costs.js';
import { solveAll } from './solve-all.js';
import { SystemSearch } from './system-search.js';
import { FREE, FREE_WITHOUT_FLOOR, LABELS, LEAST_RETAINED, RETAINED_BANDS } from './tuning.js';

/**
 * The least share of its weights that a design has to retain to be looked for, where nothing else was asked for;
 * undefined for none.
 */
export const floorOf = (
  tables: readonly SegmentCosts[],
  { form }: Dimension,
  constraints: readonly Constraint[],
): number | undefined =>
  form.product &&
  constraints.every(({ column }) => column !== form.base) &&
  tables.length > 0 &&
  tables.every((table) => retainedIsKnown(table, form.base))
    ? LEAST_RETAINED
    : undefined;

/** The searches of all systems. */
export const searchesOf = (
  { space, constraints }: ExploreRequest,
  tables: readonly SegmentCosts[],
  dimensions: readonly Dimension[],
  kept: number,
  floor: number | undefined,
): SystemSearch[] =>
  tables.map((table) => {
    const { coreClock } = space.systems[table.system]!.system;
    const formed = formModel(table, dimensions, constraints, coreClock);
    const { model } = formed;
    const most = floor === undefined ? Infinity : lossOf(floor);
    const limits = model.limits.map((limit, j) => (j === kept ? Math.min(limit, most) : limit));
    return new SystemSearch(table.system, dimensions, { ...formed, model: { ...model, limits } });
  });

/** How the searches are solved: exactly, as far as that is possible. */
export const solveOptionsOf = (
  searches: readonly SystemSearch[],
  dimensions: readonly Dimension[],
  kept: number,
): SolveOptions => {
  // Limits have some room for rounding.
  const floor = lossOf(LEAST_RETAINED) + 1e-6;
  const isFloored = searches.every(({ formed }) => formed.model.limits[kept]! <= floor);
  return {
    ...LABELS[Math.min(dimensions.length, LABELS.length) - 1]!,
    exact: kept,
    bands: dimensions[kept]!.form.product ? RETAINED_BANDS.map(lossOf) : [],
    free: isFloored ? FREE : FREE_WITHOUT_FLOOR,
  };
};

/**
 * Solves all systems' models with limits that are wider by the slack. False where an abort or the end of the time came
 * before; what was solved until then stays.
 */
export const solveSystems = async (
  { evaluate }: ExploreRequest,
  searches: readonly SystemSearch[],
  options: SolveOptions,
  until: number,
  slackOf: (search: SystemSearch, j: number) => number,
  marginsOf?: (search: SystemSearch) => readonly number[],
): Promise<boolean> => {
  const tasks = searches.map((search) => {
    const { model } = search.formed;
    const limits = model.limits.map((limit, j) => Math.min(Number.MAX_VALUE, limit + slackOf(search, j)));
    return {
      model: { ...model, limits },
      options: { ...options, ...(marginsOf && { margins: marginsOf(search) }) },
    };
  });
  const solutions = await solveAll(tasks, evaluate, until);
  const solved = solutions.every((solution) => solution !== undefined);
  if (solved) searches.forEach((search, i) => (search.solution = solutions[i]));
  return solved;
};
