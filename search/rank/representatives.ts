import { meansOf } from '../emit/retained-weights.js';
import { kneeDistances } from '../front/knee.js';
import { distinctRows, greedySubset } from '../front/subset.js';
import type { Points } from '../front/points.js';
import { isTie } from '../../src/fvp/bars.js';
import { METRICS, type MetricRow } from '../metrics.js';
import { changeCount } from '../space/changes.js';
import { objectivePoints } from './objectives.js';
import { digitsAt, referenceOf, type Ranking } from './ranking.js';
import { baselineRow, metricsAt, selectRows } from './table.js';

/**
 * Why a design is shown besides: it is the unchanged network, the best with its word for retained weights, or the knee.
 * And whether its FVP-like cycles tie with the fewest of the front: no measurement tells the two apart.
 */
export type Mark = 'base' | 'best' | 'knee' | 'tie';

/** A design that stands for others. */
export interface Shown {
  /** Row of the ranking; undefined for an unchanged network that is not on the front. */
  readonly row: number | undefined;
  readonly marks: readonly Mark[];
  readonly numbers: MetricRow;
}

/** The front of a ranking on one system, and some designs that stand for it. */
export interface SystemFront {
  readonly system: number;
  /** Designs on it; those with equal objectives count once. */
  readonly size: number;
  /** The unchanged network, then others by their rank. */
  readonly shown: readonly Shown[];
  /** Shown designs that are on the front. */
  readonly count: number;
  /** Share of the hypervolume that these keep; undefined where it is not known. */
  readonly kept: number | undefined;
  /** Largest difference in any objective by which a design left out is better. */
  readonly gap: number;
}

/** Designs that stand for the front of one system, and least for each of many. */
const MOST = 10;
const LEAST = 4;
/** Designs that stand for the fronts of many systems. */
const IN_ALL = 40;

/** The unchanged network, if it is one of some rows. */
const unchangedAmong = (ranking: Ranking, rows: readonly number[]): number | undefined =>
  rows.find((row) => changeCount(ranking.studies[0]!.space, digitsAt(ranking, row)) === 0);

const frontOn = (ranking: Ranking, system: number, most: number): SystemFront => {
  const { table, objectives, studies } = ranking;
  const all = Array.from({ length: table.count }, (_, i) => i).filter(
    (i) => ranking.systemRank[i] === 1 && digitsAt(ranking, i).at(-1) === system,
  );
  const unchanged = unchangedAmong(ranking, all);
  // Of designs with equal objectives the first stands for all, but the unchanged network for those equal to it.
  const ordered = unchanged === undefined ? all : [unchanged, ...all.filter((row) => row !== unchanged)];
  const pointsOf = (of: readonly number[]): Points =>
    objectivePoints(selectRows(table, Uint32Array.from(of)), objectives);
  const rows = distinctRows(pointsOf(ordered)).map((i) => ordered[i]!);
  const points = pointsOf(rows);
  const retained = (i: number): string => meansOf(metricsAt(table, rows[i]!));
  const ordinal = rows.map((_, i) => i).sort((a, b) => rows[a]! - rows[b]!);
  // Where designs were measured, these stand for the others.
  const measured = ordinal.filter((i) => !Number.isNaN(table.columns.output_noise_measured[rows[i]!]!));
  const positions = measured.length > 0 ? measured : ordinal;
  const words = new Set(positions.map(retained));
  const best = [...words].map((word) => positions.find((i) => retained(i) === word)!);
  const distances = kneeDistances(points);
  const knee = positions.reduce((a, b) => (distances[b]! > distances[a]! ? b : a), positions[0]!);
  const baseline = baselineRow(studies[0]!, system);
  const first = [
    ...(unchanged === undefined ? [] : [0]),
    ...best,
    ...(rows.length === 0 ? [] : [knee]),
    ...measured,
  ];
  const subset = greedySubset(points, first, most, {
    reference: baseline && referenceOf(objectives, baseline),
    scales: objectives.map(({ column }) => (METRICS[column].unit === 'share' ? 1 : undefined)),
  });
  const isBase = (i: number): boolean => i === 0 && unchanged !== undefined;
  const marksOf = (i: number): Mark[] => [
    ...(isBase(i) ? (['base'] as const) : best.includes(i) ? (['best'] as const) : []),
    ...(i === knee ? (['knee'] as const) : []),
  ];
  const fvp = table.columns.cycles_fvp;
  const fewest = rows.reduce((least, row) => (fvp[row]! < least ? fvp[row]! : least), Infinity);
  const fastest = rows.find((row) => fvp[row] === fewest);
  const tieOf = (row: number | undefined, { cycles_fvp }: MetricRow): Mark[] =>
    row !== fastest && isTie(cycles_fvp, fewest) ? ['tie'] : [];
  const shown = subset.rows
    .toSorted((a, b) => Number(isBase(b)) - Number(isBase(a)) || rows[a]! - rows[b]!)
    .map((i): Shown => {
      const row = rows[i]!;
      const numbers = metricsAt(table, row);
      return { row, marks: [...marksOf(i), ...tieOf(row, numbers)], numbers };
    });
  const absent = unchanged === undefined && baseline !== undefined;
  return {
    system,
    size: rows.length,
    shown: absent
      ? [{ row: undefined, marks: ['base', ...tieOf(undefined, baseline)], numbers: baseline }, ...shown]
      : shown,
    count: subset.rows.length,
    kept: subset.kept,
    gap: subset.gap,
  };
};

/**
 * The fronts of a ranking of one model, system by system, each by some of its designs.
 *
 * @param inAll designs for all systems together; more for a few of them, less for one
 */
export const systemFronts = (ranking: Ranking, inAll?: number): SystemFront[] => {
  const { systems } = ranking.studies[0]!.space;
  const most =
    inAll === undefined
      ? Math.min(MOST, Math.max(LEAST, Math.floor(IN_ALL / systems.length)))
      : Math.max(1, Math.floor(inAll / systems.length));
  return systems.map((_, system) => frontOn(ranking, system, most)).filter(({ size }) => size > 0);
};
