/**
 * Shortest decimal text that reads back as the same double, in the notation of the reference compiler's reports: always
 * with a point or an exponent (`0.0`, `500000000.0`), exponents from 1e+16 and below 1e-04 with at least two digits
 * (`1e-05`), `nan`, `inf`.
 */
export function floatText(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  if (Object.is(x, -0)) return '-0.0';
  const [mantissa = '0', exponentText = '0'] = x.toExponential().split('e');
  const exponent = Number(exponentText);
  if (x !== 0 && (exponent < -4 || exponent >= 16)) {
    const sign = exponent < 0 ? '-' : '+';
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const negative = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${negative}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${negative}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

/** One field of a report: its text in CSV files and its value in JSON. */
export interface Cell {
  readonly text: string;
  readonly value: string | number;
}

export const textCell = (value: string): Cell => ({ text: value, value });
export const integerCell = (value: number): Cell => ({ text: String(value), value });
export const floatCell = (value: number): Cell => ({ text: floatText(value), value });

/**
 * `part` as a percentage of `whole`; the integer 100 where there is no whole (docs/model/reports.md#per-layer-columns).
 */
export const percentCell = (part: number, whole: number): Cell =>
  whole === 0 ? integerCell(100) : floatCell((part * 100) / whole);

/** Text that a spreadsheet would take for a formula gets an apostrophe in front, which makes it text there too. */
export const plainField = (text: string): string => (/^[=+\-@]/.test(text) ? `'${text}` : text);

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A cell as a field of a CSV file: text is never a formula, and quoted if it holds a separator or a quote. */
export const csvField = ({ text, value }: Cell): string =>
  quoted(typeof value === 'string' ? plainField(text) : text);
