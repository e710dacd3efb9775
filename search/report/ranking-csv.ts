import { stringify } from 'csv-stringify/sync';
import { join } from 'node:path';
import { writeWhole } from '../../src/files.js';
import { plainField } from '../../src/report/numbers.js';
import { METRIC_NAMES, METRICS, type MetricName, type Unit, type Version } from '../metrics.js';
import { meansOf } from '../emit/retained-weights.js';
import { textOf, type DesignText, type Ranking } from '../rank/ranking.js';
import { known } from './records.js';

/** The shortest decimal text that reads back as the same number; empty for a number that is not known. */
export const formatNumber = (value: number): string => (Number.isFinite(value) ? String(value) : '');

/** What is said of a column in docs/columns.md. */
export interface ColumnNote {
  readonly name: string;
  /** Empty for text. */
  readonly unit: string;
  readonly definition: string;
  readonly since: Version;
}

/** A column, and how it is read, as text or as a number (NaN where it is not known). */
interface Column extends ColumnNote {
  readonly read: (ranking: Ranking, i: number, text: DesignText) => string | number;
}

const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  hertz: 'Hz',
  cycles: 'cycles',
  milliseconds: 'ms',
  bytes: 'bytes',
  MACs: 'MACs',
  parameters: 'parameters',
  share: '0 to 1',
  ratio: 'ratio',
  noise: 'share of the variance',
  fraction: '0 to 1',
  difference: '-1 to 1',
  operators: 'operators',
  flag: '',
};

const text = (name: string, key: keyof DesignText, definition: string): Column => ({
  name,
  unit: '',
  definition,
  since: '0.1.0',
  read: (_, __, texts) => texts[key],
});

const metric = (name: MetricName): Column => {
  const { unit, definition, since } = METRICS[name];
  return { name, unit: UNIT_WORDS[unit], definition, since, read: ({ table }, i) => table.columns[name][i]! };
};

/** Columns that follow a metric. */
const AFTER: Partial<Record<MetricName, readonly Column[]>> = {
  retained_energy: [
    text('substitutions', 'substitutions', 'what operators became, as apply takes it; empty for none'),
    text('widths', 'widths', 'channels of changed width groups, as apply takes them; empty for none'),
  ],
  retained_energy_quantised: [
    {
      name: 'retained_means',
      unit: '',
      definition: 'drop-in, fine-tune or retrain: what the design needs before use',
      since: '0.2.0',
      read: ({ table: { columns } }, i) =>
        meansOf({ agreement: columns.agreement[i]!, retained_energy: columns.retained_energy[i]! }),
    },
  ],
  predicted: [
    {
      name: 'encoded_sizes',
      unit: '',
      definition: 'predicted where weights of the design are not known yet, else exact',
      since: '0.2.0',
      read: ({ table }, i) => (table.columns.predicted[i] === 1 ? 'predicted' : 'exact'),
    },
  ],
  // The metrics after it came later: columns keep their places.
  accuracy_change_standard_error: [
    {
      name: 'pareto_rank_on_system',
      unit: 'from 1',
      definition: 'pareto_rank among the designs of the same system',
      since: 'unreleased',
      read: ({ systemRank }, i) => systemRank[i]!,
    },
  ],
};

const COLUMNS: readonly Column[] = [
  {
    name: 'rank',
    unit: 'from 1',
    definition: 'position in the ranking of the model',
    since: '0.1.0',
    read: (_, i) => i + 1,
  },
  {
    name: 'pareto_rank',
    unit: 'from 1',
    definition:
      '1 for designs that no other beats in all objectives, 2 for those that only these beat, and so on',
    since: '0.1.0',
    read: ({ paretoRank }, i) => paretoRank[i]!,
  },
  text('model', 'model', 'name of the model'),
  text('design', 'design', 'id of the design, as apply takes it'),
  text('accelerator', 'accelerator', 'NPU'),
  text('system_config', 'systemConfig', 'section of the configuration with the memories'),
  text('memory_mode', 'memoryMode', 'section of the configuration that says what lies in which memory'),
  ...METRIC_NAMES.flatMap((name) => [
    ...(METRICS[name].unit === 'flag' ? [] : [metric(name)]),
    ...(AFTER[name] ?? []),
  ]),
];

/** Columns of `ranking.csv` and `front.csv`, with what they are. */
export const COLUMN_NOTES: readonly ColumnNote[] = COLUMNS;

/** Names of the columns of `ranking.csv` and `front.csv`. */
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
