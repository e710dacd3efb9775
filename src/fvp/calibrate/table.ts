import { csvFields } from '../../csv.js';
import { inputError } from '../../errors.js';

/** A row of a table of measurements. */
export interface TableRow {
  readonly line: number;
  readonly model: string;
  readonly accelerator: string;
  readonly cycles: number;
  readonly systemConfig: string | undefined;
  readonly memoryMode: string | undefined;
}

const REQUIRED = ['model', 'accelerator', 'cycles'] as const;

/** Whether a text is such a table, by its first line. */
export function isTable(text: string): boolean {
  const header = csvFields(text.split(/\r?\n/, 1)[0]!.toLowerCase());
  return REQUIRED.every((name) => header.includes(name));
}

/**
 * Rows of a table with at least the columns model, accelerator and cycles (docs/model/fvp.md#logs).
 * @throws an input error that names file and line
 */
export function readTable(text: string, file: string): readonly TableRow[] {
  const lines = text.split(/\r?\n/);
  const header = csvFields(lines[0]!.toLowerCase());
  const rows: TableRow[] = [];
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === '') return;
    const fields = csvFields(line);
    const at = (name: string): string => fields[header.indexOf(name)] ?? '';
    const cycles = /^\d{1,15}$/.test(at('cycles')) ? Number(at('cycles')) : NaN;
    if (!(cycles > 0)) {
      throw inputError(`${file}:${i + 1}: cycles are "${at('cycles')}", expected a whole number above 0`);
    }
    rows.push({
      line: i + 1,
      model: at('model'),
      accelerator: at('accelerator'),
      cycles,
      systemConfig: at('system_config') || undefined,
      memoryMode: at('memory_mode') || undefined,
    });
  });
  return rows;
}
