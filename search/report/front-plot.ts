import { unchangedAt, valueAt, type Dataset, systemOf } from '../../report-html/dataset.js';
import type { MetricName, MetricRow } from '../metrics.js';
import { systemFronts } from '../rank/representatives.js';
import { digitsAt, type Ranking } from '../rank/ranking.js';
import { baselineRow, metricsAt } from '../rank/table.js';
import type { Axes, FrontPlot, Spot } from './front-sketch.js';

/** The first two objectives; what a front is usually looked at by where there are fewer. */
const axesOf = (columns: readonly MetricName[]): Axes => {
  const [x = 'cycles_total', y = x === 'sram_total_bytes' ? 'cycles_total' : 'sram_total_bytes'] = columns;
  return [x, y];
};

const first = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** What stands out; where two are in one place, what the front is compared with is seen, and before all the pick. */
const marksOf = (
  knees: readonly Spot[],
  unchanged: readonly Spot[],
  pick: Spot | undefined,
): FrontPlot['marks'] => [
  ...knees.map((at) => ['K', at] as const),
  ...unchanged.map((at) => ['B', at] as const),
  ...(pick === undefined ? [] : [['P', pick] as const]),
];

/**
 * The front of a ranking by two metrics, with the unchanged network on its systems, and its knees
 * besides.
 * @param pick figures of the picked design, if there is one
 */
export const plotOfRanking = (ranking: Ranking, axes: Axes | undefined, pick?: MetricRow): FrontPlot => {
  const { objectives, table, frontSize, studies } = ranking;
  const [x, y] = axes ?? axesOf(objectives.map(({ column }) => column));
  const spotOf = (numbers: MetricRow): Spot => [numbers[x], numbers[y]];
  const rows = first(frontSize);
  const systems = [...new Set(rows.map((row) => digitsAt(ranking, row).at(-1)!))];
  const unchanged = systems.flatMap((system) => baselineRow(studies[0]!, system) ?? []);
  const knees = systemFronts(ranking)
    .flatMap(({ shown }) => shown)
    .filter(({ marks }) => marks.includes('knee') && !marks.includes('base'))
    .filter(({ row }) => row !== undefined && row < frontSize);
  return {
    axes: [x, y],
    front: rows.map((row) => spotOf(metricsAt(table, row))),
    marks: marksOf(
      knees.map(({ numbers }) => spotOf(numbers)),
      unchanged.map(spotOf),
      pick && spotOf(pick),
    ),
  };
};

/** The same of a report that was written before. */
export const plotOfReport = (data: Dataset, axes: Axes | undefined): FrontPlot => {
  const { model, count, paretoRank } = data;
  const [x, y] = axes ?? axesOf(model.objectives.map(({ column }) => column as MetricName));
  const spotOf = (row: number): Spot => [valueAt(data, x, row), valueAt(data, y, row)];
  const rows = first(count).filter((row) => paretoRank[row] === 1);
  const systems = [...new Set(rows.map((row) => systemOf(data, row)))];
  const { knees, pick } = model.marks;
  return {
    axes: [x, y],
    front: rows.map(spotOf),
    marks: marksOf(
      knees.filter((row) => paretoRank[row] === 1).map(spotOf),
      systems.map((system) => [unchangedAt(data, x, system), unchangedAt(data, y, system)]),
      pick === null ? undefined : spotOf(pick),
    ),
  };
};
