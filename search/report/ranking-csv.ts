import { stringify } from 'csv-stringify/sync';
import { join } from 'node:path';
import { writeWhole } from '../../src/files.js';
import { plainField } from '../../src/report/numbers.js';
import { METRIC_NAMES, METRICS, type MetricName } from '../metrics.js';
import { meansOf } from '../emit/retained-weights.js';
import { textOf, type DesignText, type Ranking } from '../rank/ranking.js';
import { metricsAt } from '../rank/table.js';
import { known } from './records.js';

/** The shortest decimal text that reads back as the same number; empty for a number that is not known. */
export const formatNumber = (value: number): string => (Number.isFinite(value) ? String(value) : '');

/** A column: its name and how it is read, as text or as a number (NaN where it is not known). */
interface Column {
  readonly name: string;
  readonly read: (ranking: Ranking, i: number, text: DesignText) => string | number;
}

const text = (name: string, key: keyof DesignText): Column => ({ name, read: (_, __, texts) => texts[key] });

const metric = (name: MetricName): Column => ({ name, read: ({ table }, i) => table.columns[name][i]! });

/** Columns that follow a metric. */
const AFTER: Partial<Record<MetricName, readonly Column[]>> = {
  retained_energy: [text('substitutions', 'substitutions'), text('widths', 'widths')],
  retained_energy_quantised: [
    { name: 'retained_means', read: ({ table }, i) => meansOf(metricsAt(table, i)) },
  ],
  predicted: [
    {
      name: 'encoded_sizes',
      read: ({ table }, i) => (table.columns.predicted[i] === 1 ? 'predicted' : 'exact'),
    },
  ],
  // The metrics after it came later: columns keep their places.
  accuracy_change_standard_error: [
    { name: 'pareto_rank_on_system', read: ({ systemRank }, i) => systemRank[i]! },
  ],
};

const COLUMNS: readonly Column[] = [
  { name: 'rank', read: (_, i) => i + 1 },
  { name: 'pareto_rank', read: ({ paretoRank }, i) => paretoRank[i]! },
  text('model', 'model'),
  text('design', 'design'),
  text('accelerator', 'accelerator'),
  text('system_config', 'systemConfig'),
  text('memory_mode', 'memoryMode'),
  ...METRIC_NAMES.flatMap((name) => [
    ...(METRICS[name].unit === 'flag' ? [] : [metric(name)]),
    ...(AFTER[name] ?? []),
  ]),
];

/** Columns of `ranking.csv` and `front.csv`. */
export const CSV_COLUMNS: readonly string[] = COLUMNS.map(({ name }) => name);

const valuesOf = (ranking: Ranking, i: number): (string | number)[] => {
  const texts = textOf(ranking, i);
  return COLUMNS.map(({ read }) => read(ranking, i, texts));
};

/** The first `count` rows of a ranking as objects with the columns as keys; null for a number that is not known. */
export const rankingRows = (ranking: Ranking, count: number): Record<string, string | number | null>[] =>
  Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      valuesOf(ranking, i).map((value, at) => [
        CSV_COLUMNS[at]!,
        typeof value === 'string' ? value : known(value),
      ]),
    ),
  );

const cellsOf = (ranking: Ranking, i: number): string[] =>
  valuesOf(ranking, i).map((value) => (typeof value === 'string' ? plainField(value) : formatNumber(value)));

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
