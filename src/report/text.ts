/** Widest line of a report for people. */
export const LINE_WIDTH = 110;

/** A text cut to a length, with an ellipsis where something is missing. */
export const shortened = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;

/**
 * Breaks a paragraph into lines of at most {@link LINE_WIDTH} characters at its spaces; a word that is longer than a
 * line is shortened.
 * @param indent of the first line
 * @param hanging indent of the others
 */
export function wrap(text: string, indent = '', hanging = indent): string {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const whole of text.split(' ')) {
    const word = shortened(whole, LINE_WIDTH - Math.max(indent.length, hanging.length));
    if (!empty && line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = hanging + word;
    } else {
      line += empty ? word : ` ${word}`;
    }
    empty = false;
  }
  return [...lines, line].join('\n');
}

/** `160x240x16`: a shape without a batch of one. */
export const shapeText = (shape: readonly number[]): string =>
  (shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape)
    .map((size) => (size < 0 ? '?' : size))
    .join('x');
