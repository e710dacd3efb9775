/**
 * Texts from files and command lines, made fit for a terminal. This is the one place that decides which characters are
 * not shown as they are: controls and escapes, line and paragraph separators, what turns the direction of text or is
 * invisible, halves of surrogate pairs.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const UNSAFE_IN_LINES = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** As JSON writes it, so that a cleaned JSON text stands for the same value. */
const escaped = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** A name or another text that stands on one line, with escapes such as `\u001b` for what may not be shown. */
export const cleanText = (text: string): string => text.replace(UNSAFE, escaped);

/** The same for a whole report, which keeps its line feeds. */
export const cleanLines = (text: string): string => text.replace(UNSAFE_IN_LINES, escaped);

const CREDENTIALS = /(\brediss?:\/\/)\S*@/gi;

/** A text without the user and password of addresses of queues. */
export const withoutCredentials = (text: string): string => text.replace(CREDENTIALS, '$1***@');

/** A text cut to a length by leaving out its middle, which an ellipsis stands for. */
export function shortenMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  const tail = length - 1 - head;
  const start = text.slice(0, head).replace(/[\ud800-\udbff]$/, '');
  const end = tail > 0 ? text.slice(-tail).replace(/^[\udc00-\udfff]/, '') : '';
  return `${start}…${end}`;
}

/** Longest message: with what a command line puts before it, it stays below 300 characters. */
export const LONGEST_MESSAGE = 290;
/** A name is not shortened below this. */
const LEAST_NAME = 40;

/**
 * A message as one line of less than 300 characters: the longest names are shortened in the middle, then
 * the whole.
 */
export function messageLine(text: string): string {
  const most = LONGEST_MESSAGE;
  let line = cleanText(withoutCredentials(text));
  while (line.length > most) {
    let longest = '';
    for (const [part] of line.matchAll(/"[^"]*"|[^\s"]+/g)) if (part.length > longest.length) longest = part;
    if (longest.length <= LEAST_NAME) break;
    const length = Math.max(LEAST_NAME, longest.length - (line.length - most));
    line = line.replace(longest, () => shortenMiddle(longest, length));
  }
  return shortenMiddle(line, most);
}
