import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../src/errors.js';
import type { Optimise } from '../src/schedule/schedule.js';

/** A row of one of the reference's reports, by column. */
export type Row = Readonly<Record<string, string | number>>;

/** Options of one run of the reference. */
export interface Run {
  readonly model: string;
  readonly accelerator: string;
  readonly system_config: string;
  readonly memory_mode: string;
  readonly optimise: Optimise;
  readonly arena_cache_size?: number;
}

/** The reference's figures for one run. A row that stands several times in a row has a column `repeat`. */
export interface Golden extends Run {
  readonly summary: Row;
  readonly layers: readonly Row[];
}

type Cell = string | number;

/** First line of a file of figures: what its arrays hold. */
interface Header {
  readonly columns: readonly string[];
  readonly totals: readonly string[];
}

/** One run of such a file: a cell per total, a cell per column and layer, and the repetitions of a layer last. */
interface Line extends Run {
  readonly totals: readonly Cell[];
  readonly layers: readonly (readonly Cell[])[];
}

const rowOf = (names: readonly string[], cells: readonly Cell[]): Row =>
  Object.fromEntries(cells.map((cell, i) => [names[i] ?? 'repeat', cell]));

function fromLines(path: string): Golden[] {
  const [first, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const { columns, totals } = JSON.parse(first!) as Header;
  return lines.map((text) => {
    const { totals: cells, layers, ...run } = JSON.parse(text) as Line;
    return { ...run, summary: rowOf(totals, cells), layers: layers.map((layer) => rowOf(columns, layer)) };
  });
}

function fromFolder(folder: string): Golden[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (files.length === 0) throw inputError(`${folder}: holds no reference figures, expected .json files`);
  return files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Golden);
}

/**
 * Reference figures.
 *
 * @param path a folder with one JSON file per run, in folders of any depth, or a `.jsonl` file with a run per line
 */
export const readGoldens = (path: string): Golden[] =>
  path.endsWith('.jsonl') ? fromLines(path) : fromFolder(path);
