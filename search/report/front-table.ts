import { isShown, METRIC_NAMES, METRICS, type MetricName, type MetricRow } from '../metrics.js';
import type { Study } from '../rank/table.js';
import { meansOf } from '../emit/retained-weights.js';
import { TIE } from '../../src/fvp/bars.js';
import { groupBy } from '../../src/groups.js';
import { aligned, grouped, LINE_WIDTH, lineWidth, wrap } from '../../src/text.js';
import { changePercent, retainedCell, valueText } from './amounts.js';
import type { Ranking } from '../rank/ranking.js';
import { systemFronts, type Shown, type SystemFront } from '../rank/representatives.js';

/** `0.41 retrain`: a value in as little room as it can be read in. */
const cellText = (name: MetricName, numbers: MetricRow): string => {
  const value = numbers[name];
  if (!isShown(name, value)) return '';
  switch (METRICS[name].unit) {
    case 'bytes':
      return grouped(Math.floor(value / 1024 + 0.5));
    case 'ratio':
      if (!Number.isFinite(value)) return '';
      return Math.abs(value - 1) < 0.0005 ? '=' : changePercent(1, value);
    case 'share':
      return [...(Number.isNaN(value) ? [] : [retainedCell(value, 2)]), meansOf(numbers)].join(' ');
    default:
      return valueText(name, value);
  }
};

/** The columns, each with those that stand beside it. */
const COLUMNS: readonly MetricName[] = METRIC_NAMES.filter(
  (name) => METRICS[name].heading !== undefined && METRICS[name].beside === undefined,
).flatMap((name) => [name, ...METRIC_NAMES.filter((other) => METRICS[other].beside === name)]);

/** The systems of a ranking, a line for each configuration and mode. */
export const systemLines = (studies: readonly Study[]): string[] => {
  const systems = studies.flatMap(({ space }) => space.systems.map(({ system }) => system));
  const byMode = groupBy(systems, ({ systemConfig, memoryMode }) => `${systemConfig}, ${memoryMode}`);
  return [...byMode].map(([mode, same]) => {
    const names = new Set(same.map(({ accelerator }) => accelerator.replace('ethos-', '')));
    return `on ${[...names].join(', ')}: ${mode}`;
  });
};

/** Cycles, and the time that they take. */
const TIMES: ReadonlyMap<MetricName, MetricName> = new Map([
  ['cycles_total', 'inference_ms'],
  ['cycles_fvp', 'inference_ms_fvp'],
]);

/** The columns of one ranking: milliseconds instead of cycles where clocks differ; else one kind of them is enough. */
const columnsFor = ({ studies }: Ranking): readonly MetricName[] => {
  const clocks = new Set(studies.flatMap(({ space }) => space.systems.map(({ system }) => system.coreClock)));
  if (clocks.size === 1) return COLUMNS.filter((name) => name !== 'inference_ms_fvp');
  const times = new Set(TIMES.values());
  return COLUMNS.filter((name) => !times.has(name)).map((name) => TIMES.get(name) ?? name);
};

const tenths = (percent: number): string =>
  `${percent.toLocaleString('en-US', { maximumFractionDigits: 1 })} %`;

/** What is not shown of a front, in a line; rounded so that the line stays true. */
const restText = ({ size, count, kept, gap }: SystemFront): string[] => {
  if (size === count) return [];
  const better = `a row left out is at most ${tenths(Math.ceil(1000 * gap - 1e-6) / 10)} better in any objective`;
  const share =
    kept === undefined ? '' : ` keep ${tenths(Math.floor(1000 * kept + 1e-6) / 10)} of the hypervolume`;
  return [wrap(`these ${count} of ${grouped(size)}${share}; ${better}`, '      ')];
};

/** Columns that a narrow terminal does without, the first of them first. */
const SPARE: readonly MetricName[] = [
  'parameters',
  'sram_vs_baseline',
  'inference_ms_fvp',
  'inference_ms',
  'sram_memory_used_bytes',
  'sram_total_bytes',
  'cycles_vs_baseline',
  'cycles_fvp',
];

/** As many columns as a terminal that is narrower than usual has room for; ids are never cut. */
const fitting = (
  columns: readonly MetricName[],
  tableOf: (columns: readonly MetricName[]) => readonly string[],
): readonly string[] => {
  const lines = tableOf(columns);
  const spare = SPARE.find((name) => columns.includes(name));
  const fits = lineWidth() >= LINE_WIDTH || lines.every((line) => line.length <= lineWidth());
  if (fits || spare === undefined) return lines;
  return fitting(
    columns.filter((name) => name !== spare),
    tableOf,
  );
};

/** What the mark of ties says. */
const TIE_NOTE = `tie: within ${Math.round(100 * (TIE - 1))} % of the fewest FVP-like cycles on this system, too close to call`;

/**
 * Designs that stand for the front of a model beside the unchanged network, system by system. Ids come last, and whole:
 * they can be copied.
 */
export const frontTable = (ranking: Ranking): string => {
  const { systems } = ranking.studies[0]!.space;
  const fronts = systemFronts(ranking);
  const shown = fronts.flatMap((front) => front.shown);
  const columns = columnsFor(ranking).filter((name) =>
    isShown(name, ...shown.map(({ numbers }) => numbers[name])),
  );
  const idOf = ({ row }: Shown, { system }: SystemFront): string =>
    row === undefined ? `base@${systems[system]!.code}` : ranking.ids[row]!;
  const tableOf = (names: readonly MetricName[]): readonly string[] => {
    const head = ['', '', ...names.map((name) => METRICS[name].heading!), 'design'];
    const rows = fronts.flatMap((front) =>
      front.shown.map((each) => [
        each.row === undefined ? '' : String(each.row + 1),
        each.marks.join(' '),
        ...names.map((name) => cellText(name, each.numbers)),
        idOf(each, front),
      ]),
    );
    return aligned([head, ...rows], [0, ...names.map((_, i) => i + 2)]);
  };
  const [heading, ...lines] = fitting(columns, tableOf);
  let from = 0;
  const groups = fronts.flatMap((front): string[] => {
    const own = lines.slice(from, (from += front.shown.length));
    const title = `${systems[front.system]!.code}: ${grouped(front.size)} on the front of this system`;
    return [...(systems.length === 1 ? [] : [title]), ...own, ...restText(front)];
  });
  const ties = shown.some(({ marks }) => marks.includes('tie'));
  return [heading!, ...groups, ...(ties ? [TIE_NOTE] : [])].join('\n');
};
