/** Widest line of a report for people, where nothing says how wide the terminal is. */
export const LINE_WIDTH = 110;
/** Terminals narrower or wider than this get lines of this width. */
const NARROWEST = 60;
const WIDEST = 120;

let width = LINE_WIDTH;

/** Widest line of a report. */
export const lineWidth = (): number => width;

/** Fits reports to a terminal of so many columns; to {@link LINE_WIDTH} where that is not known. */
export const fitLines = (columns: number | undefined): void => {
  width = columns === undefined ? LINE_WIDTH : Math.min(WIDEST, Math.max(NARROWEST, columns));
};

/** A ratio as a percentage with up to four digits that count: 75%, 9.375%, 33.33%. */
export const percentText = (ratio: number): string => `${Number((ratio * 100).toPrecision(4))}%`;

/** A share as a percentage with one decimal: 33.3%. */
export const shareText = (ratio: number): string => `${(ratio * 100).toFixed(1)}%`;

/**
 * A number with so many decimals and its digits in groups of three: 1,847,267. As `Intl.NumberFormat` writes it, which
 * takes as long to load as a small network to estimate.
 */
export function grouped(n: number | bigint, decimals: 0 | 1 | 2 = 0): string {
  const [whole = '', ...fraction] = (typeof n === 'bigint' ? String(n) : n.toFixed(decimals)).split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.');
}

/** A difference with its sign: +1,403. */
export const signed = (n: number): string => (n > 0 ? `+${grouped(n)}` : grouped(n));

/** Bytes in units of 1024, without the unit. */
export const kibibytes = (bytes: number, decimals: 0 | 1 | 2 = 0): string => grouped(bytes / 1024, decimals);

/** A count with its noun: 1 pass, 2 passes. */
export const plural = (n: number | bigint, one: string, many = `${one}s`): string =>
  `${grouped(n)} ${Number(n) === 1 ? one : many}`;

/** `160x240x16`: a shape without a batch of one. */
export const shapeText = (shape: readonly number[]): string =>
  (shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape)
    .map((size) => (size < 0 ? '?' : size))
    .join('x');

/** A text cut to a length, with an ellipsis where something is missing. */
export const shortened = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;

/**
 * Breaks a paragraph into lines of at most {@link lineWidth} characters at its spaces; a word that is longer than a
 * line is shortened.
 * @param indent of the first line
 * @param hanging indent of the others
 */
export function wrap(text: string, indent = '', hanging = indent): string {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const whole of text.split(' ')) {
    const word = shortened(whole, width - Math.max(indent.length, hanging.length));
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hanging + word;
    } else {
      line += empty ? word : ` ${word}`;
    }
    empty = false;
  }
  return [...lines, line].join('\n');
}

const GAP = 2;

/** Lines of cells under each other; the columns in `right` end flush. */
export const aligned = (rows: readonly (readonly string[])[], right: readonly number[]): string[] => {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
};
