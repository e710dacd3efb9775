import { aligned, lineWidth, shortened } from '../text.js';

/** A column of figures or names. */
export interface Column<Row> {
  readonly heading: string;
  readonly right?: true;
  readonly cell: (row: Row) => string;
}

/** A table of one line per row, of which the last column gives the reason in few words. */
export interface ReasonTable<Row> {
  readonly columns: readonly Column<Row>[];
  /** Heading of the last column. */
  readonly reason: string;
  /** The most telling words first: those at the end are left out where there is no room. */
  readonly words: (row: Row) => readonly string[];
  /**
   * What narrow terminals do without, step by step until there is room for the reasons: cells of a column beyond so
   * many characters, or, with 0, the column.
   */
  readonly spare: readonly (readonly [heading: string, most: number])[];
}

/** Room that the reasons get as long as there is something to spare. */
const ROOM = 26;
/** With less room than that there are no reasons. */
const LEAST_ROOM = 8;

/** As many words as fit, at least the beginning of the first. */
const fitting = (words: readonly string[], room: number): string => {
  let text = words[0] ?? '';
  for (const word of words.slice(1)) {
    if (text.length + 2 + word.length > room) break;
    text += `, ${word}`;
  }
  return shortened(text, room);
};

/** The lines of a table, fitted to the terminal. */
export function reasonTable<Row>(rows: readonly Row[], table: ReasonTable<Row>): string[] {
  const { columns, reason, words, spare } = table;
  const texts = new Map(columns.map(({ heading, cell }) => [heading, rows.map((row) => cell(row))]));
  const longest = ({ heading }: Column<Row>): number =>
    Math.max(heading.length, ...(texts.get(heading) ?? []).map(({ length }) => length));
  let left = columns.filter(({ heading }) => texts.get(heading)!.some((text) => text !== ''));
  const room = (): number => lineWidth() - left.reduce((sum, column) => sum + longest(column) + 2, 0);
  for (const [heading, most] of spare) {
    if (room() >= ROOM) break;
    if (most === 0) left = left.filter((column) => column.heading !== heading);
    else texts.set(heading, texts.get(heading)?.map((text) => shortened(text, most)) ?? []);
  }
  const reasons = room() < LEAST_ROOM ? undefined : rows.map((row) => fitting(words(row), room()));
  return aligned(
    [
      [...left.map(({ heading }) => heading), ...(reasons ? [reason] : [])],
      ...rows.map((_, i) => [
        ...left.map(({ heading }) => texts.get(heading)![i]!),
        ...(reasons ? [reasons[i]!] : []),
      ]),
    ],
    left.flatMap(({ right }, i) => (right ? [i] : [])),
  );
}
