/**
 * Rows of a CSV text, with quoted fields and either end of line; lines without anything are left out. A quote within a
 * field that does not begin with one is a character like others.
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"(?=[,\r\n]|$)|([^,\r\n]*))(,|\r\n|\r|\n|$)/g;
  for (const [whole, quoted, plain, end] of text.matchAll(pattern)) {
    // The end of the text after an end of line.
    if (whole === '' && row.length === 0) break;
    row.push((quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}

/** Fields of one line of CSV. */
export const csvFields = (line: string): readonly string[] => parseCsv(line)[0] ?? [];
