import Table from 'cli-table3';
import { METRIC_NAMES, METRICS, type MetricName, type MetricRow } from '../metrics.js';
import { baselineRow, metricsAt, type Study } from '../rank/table.js';
import { retainedMeans } from '../emit/retained-weights.js';
import { grouped } from '../../src/text.js';
import { changePercent, retainedCell, valueText } from './amounts.js';
import { textOf, type Ranking } from '../rank/ranking.js';

/** Rows of the front that the table shows. */
const SHOWN = 10;
/** Baselines that it shows. */
const BASELINES = 11;
/** Widest line, and what separates columns. */
const LINE_WIDTH = 110;
const GAP = 2;

/** `0.41 retrain`: a value in as little room as it can be read in. */
const cellText = (name: MetricName, value: number): string => {
  switch (METRICS[name].unit) {
    case 'bytes':
      return grouped(Math.floor(value / 1024 + 0.5));
    case 'ratio':
      if (!Number.isFinite(value)) return '';
      return Math.abs(value - 1) < 0.0005 ? '=' : changePercent(1, value);
    case 'share':
      return [...(Number.isNaN(value) ? [] : [retainedCell(value, 2)]), retainedMeans(value)].join(' ');
    default:
      return valueText(name, value);
  }
};

/** The columns, a change beside what it is a change of. */
const COLUMNS: readonly MetricName[] = METRIC_NAMES.filter(
  (name) => METRICS[name].heading !== undefined && METRICS[name].unit !== 'ratio',
).flatMap((name) => [
  name,
  ...METRIC_NAMES.filter((other) => {
    const { heading, source } = METRICS[other];
    return (
      heading !== undefined && source.from === 'quotient' && source.by === 'baseline' && source.of === name
    );
  }),
]);

const headingOf = (name: MetricName): string => METRICS[name].heading!;

const NO_BORDERS: Readonly<Record<string, string>> = Object.fromEntries([
  ['middle', ''],
  ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [side + end, ''] as const),
  ),
]);

const clipped = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

interface Line {
  readonly position: string;
  readonly design: string;
  readonly numbers: readonly string[];
}

const widest = (texts: readonly string[]): number => Math.max(...texts.map((t) => t.length));

/** A design id within a width: its changes are clipped, its system stays. */
const clippedDesign = (id: string, width: number): string => {
  const at = id.lastIndexOf('@');
  const room = width - (id.length - at);
  return id.length <= width || at < 0 || room < 2
    ? clipped(id, width)
    : clipped(id.slice(0, at), room) + id.slice(at);
};

/** `count` numbers from 0 to `size` − 1, the first and the last among them. */
const spread = (size: number, count: number): number[] =>
  Array.from({ length: Math.min(size, count) }, (_, i) =>
    size <= count ? i : Math.round((i * (size - 1)) / (count - 1)),
  );

/** Cells of the lines: designs are clipped to what the numbers leave of the width. */
const cellsOf = (lines: readonly Line[]): string[][] => {
  const numbers = COLUMNS.map((column, i) => widest([headingOf(column), ...lines.map((l) => l.numbers[i]!)]));
  const taken = widest(lines.map((l) => l.position)) + numbers.reduce((sum, n) => sum + GAP + n, 0);
  const room = LINE_WIDTH - taken - GAP;
  return lines.map(({ position, design, numbers: cells }) => [
    position,
    clippedDesign(design, room),
    ...cells,
  ]);
};

/** The systems of a ranking, a line for each configuration and mode. */
export const systemLines = (studies: readonly Study[]): string[] => {
  const byMode = new Map<string, Set<string>>();
  for (const { space } of studies) {
    for (const { system } of space.systems) {
      const mode = `${system.systemConfig}, ${system.memoryMode}`;
      const names = byMode.get(mode) ?? new Set();
      byMode.set(mode, names.add(system.accelerator.replace('ethos-', '')));
    }
  }
  return [...byMode].map(([mode, names]) => `on ${[...names].join(', ')}: ${mode}`);
};

/** Rows from all over the front of a model beside the unchanged networks, at most 110 columns wide. */
export const frontTable = (ranking: Ranking): string => {
  const { studies, frontSize } = ranking;
  const line = (position: string, design: string, numbers: MetricRow): Line => ({
    position,
    design,
    numbers: COLUMNS.map((c) => cellText(c, numbers[c])),
  });
  const baselines = studies.flatMap((study) =>
    study.space.systems.flatMap(({ code }, system) => {
      const numbers = baselineRow(study, system);
      return numbers === undefined ? [] : [line('base', `base@${code}`, numbers)];
    }),
  );
  const shown = spread(frontSize, SHOWN);
  const best = shown.map((i) => {
    return line(String(i + 1), textOf(ranking, i).design, metricsAt(ranking.table, i));
  });
  const table = new Table({
    head: ['', 'design', ...COLUMNS.map((c) => headingOf(c))],
    colAligns: ['right', 'left', ...COLUMNS.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': GAP },
    chars: NO_BORDERS,
  });
  table.push(...cellsOf([...baselines.slice(0, BASELINES), ...best]));
  const rest = frontSize - shown.length;
  return table
    .toString()
    .split('\n')
    .map((text) => text.trimEnd())
    .concat(rest > 0 ? [`      and ${grouped(rest)} more on the front`] : [])
    .join('\n');
};
