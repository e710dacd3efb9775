import type { MetricRow } from '../metrics.js';
import { selectRows, type Study, type Table } from './table.js';
import { changesOf, designId, formatSubstitutions, formatWidths } from '../space/changes.js';
import { objectivePoints, type Objective } from './objectives.js';
import { hypervolume } from '../front/hypervolume.js';
import { selectPoints, type Points } from '../front/points.js';
import { paretoRanks } from '../front/pareto-ranks.js';
import { rowOf } from '../space/space.js';

/** Designs in their final order. */
export interface Ranking {
  readonly studies: readonly Study[];
  readonly objectives: readonly Objective[];
  /** Sorted: row i has rank i + 1. */
  readonly table: Table;
  readonly paretoRank: Uint32Array;
  /** Pareto rank among the designs on the same system. */
  readonly systemRank: Uint32Array;
  readonly ids: readonly string[];
  /** Rows with Pareto rank 1, which come first. */
  readonly frontSize: number;
}

/** Digits of row `i` of a ranking. */
export const digitsAt = ({ studies, table }: Pick<Ranking, 'studies' | 'table'>, i: number): Uint16Array =>
  rowOf(studies[table.study[i]!]!.designs, table.row[i]!);

/** Pareto rank of every point among those of its group. */
const ranksWithin = (points: Points, groups: Uint16Array): Uint32Array => {
  const members = new Map<number, number[]>();
  groups.forEach((group, i) => {
    const own = members.get(group);
    if (own === undefined) members.set(group, [i]);
    else own.push(i);
  });
  const ranks = new Uint32Array(points.count);
  for (const own of members.values()) {
    const found = paretoRanks(selectPoints(points, own));
    own.forEach((i, k) => (ranks[i] = found[k]!));
  }
  return ranks;
};

/** Sorts designs by Pareto rank, then by the objectives in their order, then by id and model. */
export const rank = (studies: readonly Study[], table: Table, objectives: readonly Objective[]): Ranking => {
  const points = objectivePoints(table, objectives);
  const ranks = paretoRanks(points);
  const ids = Array.from({ length: table.count }, (_, i) =>
    designId(studies[table.study[i]!]!.space, digitsAt({ studies, table }, i)),
  );
  const { dimensions: k, values } = points;
  const order = new Uint32Array(table.count).map((_, i) => i);
  order.sort((a, b) => {
    if (ranks[a] !== ranks[b]) return ranks[a]! - ranks[b]!;
    for (let j = 0; j < k; j++) {
      const difference = values[a * k + j]! - values[b * k + j]!;
      if (difference !== 0) return difference;
    }
    if (ids[a] !== ids[b]) return ids[a]! < ids[b]! ? -1 : 1;
    return table.study[a]! - table.study[b]!;
  });
  const paretoRank = Uint32Array.from(order, (i) => ranks[i]!);
  const systems = Uint16Array.from({ length: table.count }, (_, i) =>
    digitsAt({ studies, table }, i).at(-1)!,
  );
  const systemRanks = new Set(systems).size > 1 ? ranksWithin(points, systems) : ranks;
  return {
    studies,
    objectives,
    table: selectRows(table, order),
    paretoRank,
    systemRank: Uint32Array.from(order, (i) => systemRanks[i]!),
    ids: Array.from(order, (i) => ids[i]!),
    frontSize: paretoRank.reduce((n, r) => n + (r === 1 ? 1 : 0), 0),
  };
};

/** Everything that a row of `ranking.csv` holds besides numbers. */
export interface DesignText {
  readonly model: string;
  readonly design: string;
  readonly accelerator: string;
  readonly systemConfig: string;
  readonly memoryMode: string;
  readonly substitutions: string;
  readonly widths: string;
}

/** Texts of row `i` of a ranking. */
export const textOf = (ranking: Ranking, i: number): DesignText => {
  const { studies, table, ids } = ranking;
  const study = studies[table.study[i]!]!;
  const digits = digitsAt(ranking, i);
  const { system } = study.space.systems[digits.at(-1)!]!;
  const changes = changesOf(study.space, digits);
  return {
    model: study.model,
    design: ids[i]!,
    accelerator: system.accelerator,
    systemConfig: system.systemConfig,
    memoryMode: system.memoryMode,
    substitutions: formatSubstitutions(changes.substitutions),
    widths: formatWidths(changes.widths),
  };
};

/** How much of the objective space a front covers. */
export interface Coverage {
  /**
   * Value per objective: for a minimised one that of the baseline on the slowest system, for a maximised one 0.
   * Undefined without a baseline.
   */
  readonly reference: readonly number[] | undefined;
  /**
   * Dominated volume as a share of the box between the reference and the ideal: 0 for a minimised objective, the
   * baseline's value for a maximised one. Undefined for fronts that would take too long to measure.
   */
  readonly hypervolume: number | undefined;
}

/** Where domination ends: at the baseline's value of a minimised objective, at 0 of a maximised one. */
export const referenceOf = (objectives: readonly Objective[], baseline: MetricRow): number[] =>
  objectives.map(({ column, direction }) => (direction === 'max' ? 0 : baseline[column]));

/**
 * Coverage of a front.
 * @param points of the front, as `objectivePoints` gives them
 * @param baseline numbers of the baseline on the slowest system
 */
export const coverageOf = (
  points: Points,
  objectives: readonly Objective[],
  baseline: MetricRow | undefined,
): Coverage => {
  if (baseline === undefined) return { reference: undefined, hypervolume: undefined };
  const reference = referenceOf(objectives, baseline);
  const box = objectives.reduce((volume, { column }) => volume * baseline[column], 1);
  const volume = hypervolume(points, reference);
  return { reference, hypervolume: volume === undefined || !(box > 0) ? undefined : volume / box };
};

/**
 * Hypervolume of a ranking's front.
 * @param baseline numbers of the baseline on the slowest system
 */
export const coverage = (ranking: Ranking, baseline: MetricRow | undefined): Coverage => {
  const front = selectRows(
    ranking.table,
    new Uint32Array(ranking.frontSize).map((_, i) => i),
  );
  return coverageOf(objectivePoints(front, ranking.objectives), ranking.objectives, baseline);
};
