import type { MetricRow } from '../metrics.js';
import { speedOf, type Objective } from './objectives.js';
import { baselineRow, type Study } from './table.js';
import { FIGURE_COUNT, loadFigures, storeFigures } from '../evaluate/figures.js';
import { evaluateDesigns, type Results, type SessionOptions } from '../evaluate/session.js';
import {
  allDesigns,
  baselineSpace,
  designsOf,
  onSystem,
  radicesOf,
  rowOf,
  rowsOf,
  type Designs,
  type Space,
} from '../space/space.js';
import { STANDARD } from '../substitute/index.js';

/** Digits of the unchanged network on every system; none if the space does not hold it. */
export const baselineDesigns = (space: Space): Uint16Array[] => {
  // An unchanged choice comes first where it is one of them.
  const holds =
    space.sites.every(({ options }) => options[0] === STANDARD) &&
    space.groups.every(({ group, widths }) => widths[0] === group.channels);
  if (!holds) return [];
  const unchanged = new Uint16Array(space.sites.length + space.groups.length);
  return space.systems.map((_, system) => onSystem(unchanged, system));
};

/** Row of the unchanged network on each system; undefined where the designs do not hold it. */
const baselineRows = (space: Space, designs: Designs): (number | undefined)[] => {
  const rows = space.systems.map((): number | undefined => undefined);
  if (baselineDesigns(space).length === 0) return rows;
  for (let row = 0; row < designs.count; row++) {
    const digits = rowOf(designs, row);
    if (digits.subarray(0, -1).every((digit) => digit === 0)) rows[digits.at(-1)!] = row;
  }
  return rows;
};

/** Designs with their figures. */
export interface Found {
  readonly designs: Designs;
  readonly results: Results;
}

/** Adds the baselines to what was found, as far as the space holds them and they were not reached. */
export const withBaselines = (space: Space, found: Found, baselines: Study['baselines']): Found => {
  const { designs, results } = found;
  const rows = baselineRows(space, designs);
  const late = baselineDesigns(space).filter((row) => {
    const at = rows[row.at(-1)!];
    return baselines[row.at(-1)!] !== undefined && (at === undefined || results.known[at] === 0);
  });
  if (late.length === 0) return found;
  const fresh = late.filter((row) => rows[row.at(-1)!] === undefined);
  const count = designs.count + fresh.length;
  const figures = new Float64Array(count * FIGURE_COUNT);
  const known = new Uint8Array(count);
  figures.set(results.figures);
  known.set(results.known);
  for (const row of late) {
    const system = row.at(-1)!;
    const at = rows[system] ?? designs.count + fresh.indexOf(row);
    storeFigures(baselines[system]!, figures, at);
    known[at] = 1;
  }
  return {
    designs: designsOf([...rowsOf(designs), ...fresh], radicesOf(space).length),
    results: { ...results, figures, width: FIGURE_COUNT, known },
  };
};

/**
 * The unchanged network on each system: from the results where they have it, else evaluated now, whatever the signal
 * says. Undefined where it cannot be evaluated.
 *
 * @param until time of `performance.now()` when it has to end
 */
export const baselinesOf = async (
  space: Space,
  designs: Designs,
  results: Results,
  options: Omit<SessionOptions, 'jobs'>,
  until = Infinity,
): Promise<Study['baselines']> => {
  const rows = baselineRows(space, designs);
  const isMissing = (row: number | undefined): boolean =>
    row === undefined || (results.known[row] === 0 && !results.failures.has(row));
  const unchanged = baselineSpace(space);
  const fresh = rows.some(isMissing)
    ? await evaluateDesigns(unchanged, allDesigns(unchanged), {
        ...options,
        signal: new AbortController().signal,
        jobs: 1,
        until,
      })
    : undefined;
  return rows.map((row, system) => {
    const [from, at] = isMissing(row) ? [fresh!, system] : [results, row!];
    return from.known[at] === 1 ? loadFigures(from.figures, at) : undefined;
  });
};

/** The baseline that is slowest by the objectives, over all studies and systems; undefined if none is known. */
export const slowestBaseline = (
  studies: readonly Study[],
  objectives: readonly Objective[] = [],
): MetricRow | undefined => {
  const speed = speedOf(objectives);
  return studies
    .flatMap((study) => study.space.systems.map((_, system) => baselineRow(study, system)))
    .filter((row) => row !== undefined)
    .reduce<MetricRow | undefined>(
      (slowest, row) => (slowest === undefined || row[speed] > slowest[speed] ? row : slowest),
      undefined,
    );
};
