import { parseCsv } from '../csv.js';
import { LAYER_COLUMNS } from './layers.js';
import { SUMMARY_COLUMNS } from './summary.js';

/** Fields of a row by their column. */
export type Fields = ReadonlyMap<string, string>;

/** What the reference compiler wrote about a network. */
export interface VelaReports {
  readonly summary: Fields;
  readonly layers: readonly Fields[];
}

/** What a text has instead of a report, as a clause. */
export interface Unreadable {
  readonly unreadable: string;
}

/**
 * The rows of a report. Columns may be in any order, and further ones are ignored. The compiler does not quote: a row
 * with too many fields has commas in its column of free text.
 *
 * @param known columns, some of which it has to have
 * @param free the column of free text
 */
function readReport(
  text: string,
  known: readonly string[],
  free: string,
  what: string,
): readonly Fields[] | Unreadable {
  const [header, ...rows] = parseCsv(text);
  if (header === undefined || !known.some((name) => header.includes(name))) {
    return { unreadable: `its ${what} has none of the columns that are expected, such as ${known.at(-2)!}` };
  }
  const at = header.indexOf(free);
  return rows.map((row) => {
    const extra = row.length - header.length;
    const fields =
      extra > 0 && at >= 0
        ? [...row.slice(0, at), row.slice(at, at + extra + 1).join(','), ...row.slice(at + extra + 1)]
        : row;
    return new Map(header.map((name, i) => [name, fields[i] ?? '']));
  });
}

/** The compiler's reports from the texts of its two files, or what is wrong with them. */
export function readVelaReports(summaryText: string, layersText: string): VelaReports | Unreadable {
  const summary = readReport(
    summaryText,
    SUMMARY_COLUMNS.map(([name]) => name),
    'network',
    'summary',
  );
  if ('unreadable' in summary) return summary;
  const layers = readReport(
    layersText,
    LAYER_COLUMNS.map(({ name }) => name),
    'Name',
    'table of layers',
  );
  if ('unreadable' in layers) return layers;
  const [row] = summary;
  return row === undefined ? { unreadable: 'its summary has no row' } : { summary: row, layers };
}
