import { idOf, systemOf, valueAt, type Dataset } from './dataset.js';

/** A text that no spreadsheet takes for a formula. */
const plain = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** A field of a CSV file (RFC 4180). */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const numberField = (value: number): string => (Number.isFinite(value) ? String(value) : '');

/** Designs as CSV, with the names of `ranking.csv` in the header. */
export const csvOf = (data: Dataset, rows: ArrayLike<number>): string => {
  const { model } = data;
  const head = ['rank', 'pareto_rank', 'pareto_rank_on_system', 'model', 'design'];
  const system = ['accelerator', 'system_config', 'memory_mode'];
  const names = model.columns.map(({ name }) => name);
  const lines = [[...head, ...system, ...names].join(',')];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const { accelerator, systemConfig, memoryMode } = model.systems[systemOf(data, row)]!;
    const ranks = [data.rank, data.paretoRank, data.systemRank].map((ranks) => String(ranks[row] || ''));
    const texts = [model.name, idOf(data, row), accelerator, systemConfig, memoryMode];
    lines.push(
      [
        ...ranks,
        ...texts.map((text) => field(plain(text))),
        ...names.map((name) => numberField(valueAt(data, name, row))),
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
};
