/** A column of a table. */
export interface MarkdownColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

const aligned =
  (align: MarkdownColumn['align']) =>
  (...titles: readonly string[]): MarkdownColumn[] =>
    titles.map((title) => ({ title, align }));

/** Columns of text. */
export const left = aligned('left');
/** Columns of numbers. */
export const right = aligned('right');

/** Narrowest column that has room for the line under its title. */
const NARROWEST = 3;

/** A table in Markdown whose columns also line up as text. */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(NARROWEST, title.length, ...rows.map((row) => row[i]!.length)),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (cells: readonly string[]): string =>
    line(
      cells.map((cell, i) =>
        columns[i]!.align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
      ),
    );
  const rule = line(
    columns.map(({ align }, i) =>
      align === 'right' ? `${'-'.repeat(widths[i]! - 1)}:` : '-'.repeat(widths[i]!),
    ),
  );
  return [padded(columns.map(({ title }) => title)), rule, ...rows.map(padded)].join('\n');
}

/** `-12.3%`: a ratio as a change; `=` where it is none to this precision. */
export function change(ratio: number): string {
  const percent = (100 * (ratio - 1)).toFixed(1);
  if (Number(percent) === 0) return '=';
  return `${ratio > 1 ? '+' : ''}${percent}%`;
}
