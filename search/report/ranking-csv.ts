import { stringify } from 'csv-stringify/sync';
import { join } from 'node:path';
import { writeWhole } from '../../src/files.js';
import { plainField } from '../../src/report/numbers.js';
import { METRIC_NAMES, METRICS, type MetricName } from '../metrics.js';
import { retainedMeans } from '../emit/retained-weights.js';
import { textOf, type DesignText, type Ranking } from '../rank/ranking.js';

/** Columns of text, each with the metric that it follows; the first come before all metrics. */
const TEXT_COLUMNS = [
  ['rank'],
  ['pareto_rank'],
  ['model'],
  ['design'],
  ['accelerator'],
  ['system_config'],
  ['memory_mode'],
  ['substitutions', 'retained_energy'],
  ['widths', 'retained_energy'],
  ['retained_means', 'retained_energy_quantised'],
  ['encoded_sizes', 'predicted'],
] as const satisfies readonly (readonly [name: string, after?: MetricName])[];
type TextColumn = (typeof TEXT_COLUMNS)[number][0];
/** The last column: `pareto_rank` among the designs of the same model on the same system. */
const ON_SYSTEM = 'pareto_rank_on_system';
type Column = TextColumn | MetricName | typeof ON_SYSTEM;

const textsAfter = (metric: MetricName | undefined): Column[] =>
  TEXT_COLUMNS.filter(([, after]) => after === metric).map(([name]) => name);

/** Columns of `ranking.csv` and `front.csv`. */
export const CSV_COLUMNS: readonly Column[] = [
  ...textsAfter(undefined),
  ...METRIC_NAMES.flatMap((name) => [...(METRICS[name].unit === 'flag' ? [] : [name]), ...textsAfter(name)]),
  ON_SYSTEM,
];

/** The shortest decimal text that reads back as the same number; empty for a number that is not known. */
export const formatNumber = (value: number): string => (Number.isFinite(value) ? String(value) : '');

const TEXTS: Partial<Record<Column, keyof DesignText>> = {
  model: 'model',
  design: 'design',
  accelerator: 'accelerator',
  system_config: 'systemConfig',
  memory_mode: 'memoryMode',
  substitutions: 'substitutions',
  widths: 'widths',
};

const isText = (column: Column): boolean =>
  TEXTS[column] !== undefined || column === 'retained_means' || column === 'encoded_sizes';

const cell = (ranking: Ranking, i: number, text: DesignText, column: Column): string => {
  const key = TEXTS[column];
  if (key !== undefined) return text[key];
  if (column === 'rank') return String(i + 1);
  if (column === 'pareto_rank') return String(ranking.paretoRank[i]);
  if (column === ON_SYSTEM) return String(ranking.systemRank[i]);
  if (column === 'retained_means') return retainedMeans(ranking.table.columns.retained_energy[i]!);
  if (column === 'encoded_sizes') return ranking.table.columns.predicted[i] === 1 ? 'predicted' : 'exact';
  return formatNumber(ranking.table.columns[column as MetricName][i]!);
};

/** The first `count` rows of a ranking as objects with the columns as keys; null for a number that is not known. */
export const rankingRows = (ranking: Ranking, count: number): Record<string, string | number | null>[] =>
  Array.from({ length: count }, (_, i) => {
    const text = textOf(ranking, i);
    return Object.fromEntries(
      CSV_COLUMNS.map((column) => {
        const shown = cell(ranking, i, text, column);
        return [column, isText(column) ? shown : shown === '' ? null : Number(shown)];
      }),
    );
  });

const cellsOf = (ranking: Ranking, i: number): string[] => {
  const text = textOf(ranking, i);
  return CSV_COLUMNS.map((column) => {
    const shown = cell(ranking, i, text, column);
    return isText(column) ? plainField(shown) : shown;
  });
};

/** Rows that become text together: keeps their cells from being in memory all at once. */
const CSV_CHUNK = 1000;

/** The first rows of each ranking, one after the other, as CSV (RFC 4180 quoting, line feeds), with a header. */
export const rankingCsv = (
  rankings: readonly Ranking[],
  countOf: (ranking: Ranking) => number = ({ table }) => table.count,
): string => {
  const parts = [stringify([[...CSV_COLUMNS]])];
  for (const ranking of rankings) {
    const count = countOf(ranking);
    for (let from = 0; from < count; from += CSV_CHUNK) {
      const rows = Math.min(CSV_CHUNK, count - from);
      parts.push(stringify(Array.from({ length: rows }, (_, i) => cellsOf(ranking, from + i))));
    }
  }
  return parts.join('');
};

/** Paths of what a sweep writes. */
export interface Written {
  readonly ranking: string;
  readonly front: string;
  readonly run: string;
}

/**
 * Writes `ranking.csv`, `front.csv` and `run.json`, each whole or not at all.
 * @throws an input error if the folder cannot be written to
 */
export const writeSweep = (directory: string, rankings: readonly Ranking[], run: object): Written => {
  const written: Written = {
    ranking: join(directory, 'ranking.csv'),
    front: join(directory, 'front.csv'),
    run: join(directory, 'run.json'),
  };
  writeWhole(written.ranking, rankingCsv(rankings));
  writeWhole(
    written.front,
    rankingCsv(rankings, ({ frontSize }) => frontSize),
  );
  writeWhole(written.run, `${JSON.stringify(run, undefined, 2)}\n`);
  return written;
};
