import { inputError } from '../../errors.js';

/** Cycles that a log reports for one inference. */
export interface LogCount {
  readonly cycles: number;
  /** Sentences about what is odd in the log. */
  readonly warnings: readonly string[];
}

/** What is known of the run that the log is of. */
export interface LogContext {
  /** How messages name it. */
  readonly file: string;
  /** MACs per cycle of the accelerator; a log that prints another number is of another one. */
  readonly macs?: number | undefined;
}

/** Counts with fewer cycles are mostly steps of the counter. */
const LEAST = 3000;

const KIT = /\bNPU\s+(ACTIVE|IDLE|TOTAL)(?:\s+cycles)?\s*:\s*([\d,._']+)/i;
const PMU = /ethosu_pmu_cycle_cntr\s*:\s*%?\s*([\d,._']+)/i;
const PER_INFERENCE = /\(\s*([\d.,]+)\s+per\s+inference\s*\)/i;
const INFERENCES = /\binferences\b[^:]*:\s*(\d+)\s*$/i;
const CPU_CYCLES = /\b(?:cycle_cnt|cpu_wait_for_npu_cntr)\s*:/i;
const MACS = /\bnum_macs\s*=\s*(\d+)/i;

/** Whole number with or without separators of thousands; NaN for anything else. */
const wholeOf = (text: string): number => {
  const digits = text.replace(/[,_'.](?=\d{3}(?:\D|$))/g, '').replace(/[.,]$/, '');
  return /^\d{1,15}$/.test(digits) ? Number(digits) : NaN;
};

const bad = (file: string, line: number, what: string): Error => inputError(`${file}:${line + 1}: ${what}`);

function checked(count: number, file: string, line: number): number {
  if (!Number.isSafeInteger(Math.round(count)) || count <= 0) {
    throw bad(file, line, 'the count of cycles is not a whole number above 0');
  }
  if (count < LEAST) {
    throw bad(
      file,
      line,
      `${count} cycles are too few: below ${LEAST} the steps of the counter are too large; use a larger network`,
    );
  }
  return count;
}

interface KitReport {
  readonly line: number;
  active?: number;
  idle?: number;
  total?: number;
}

/** Reports of the evaluation kit, each ended by the first counter that it has already. */
function kitReports(lines: readonly string[], file: string): readonly KitReport[] {
  const reports: KitReport[] = [];
  lines.forEach((text, line) => {
    const match = KIT.exec(text);
    if (match === null) return;
    const counter = match[1]!.toLowerCase() as 'active' | 'idle' | 'total';
    const value = wholeOf(match[2]!);
    if (Number.isNaN(value)) {
      throw bad(file, line, `the count of NPU ${counter.toUpperCase()} is not a whole number`);
    }
    let report = reports.at(-1);
    if (report?.[counter] !== undefined || report === undefined) reports.push((report = { line }));
    report[counter] = value;
  });
  return reports.filter(({ active, total }) => active !== undefined || total !== undefined);
}

/** The last report of the kit. */
function kitCount(reports: readonly KitReport[], file: string): LogCount {
  const complete = reports.filter((report) => report.total !== undefined);
  const { active, idle, total, line } = (complete.at(-1) ?? reports.at(-1))!;
  const off =
    active !== undefined && idle !== undefined && total !== undefined
      ? Math.abs(active + idle - total) > 0.01 * total
      : false;
  return {
    cycles: checked(active ?? total!, file, line),
    warnings: off ? [`${file}:${line + 1}: NPU TOTAL is not the sum of ACTIVE and IDLE`] : [],
  };
}

/** The last count of a report of the performance monitor. */
function pmuCount(lines: readonly string[], file: string): LogCount | undefined {
  let found: { readonly cycles: number; readonly line: number } | undefined;
  let inferences: number | undefined;
  lines.forEach((text, line) => {
    const runs = INFERENCES.exec(text);
    if (runs !== null) inferences = Number(runs[1]);
    const match = PMU.exec(text);
    if (match === null) return;
    const each = PER_INFERENCE.exec(text);
    const whole = wholeOf(match[1]!);
    if (Number.isNaN(whole))
      throw bad(file, line, 'the count of ethosu_pmu_cycle_cntr is not a whole number');
    const cycles = each === null ? whole / (inferences ?? 1) : Number(each[1]!.replaceAll(',', ''));
    found = { cycles, line };
  });
  if (found === undefined) return undefined;
  return { cycles: checked(found.cycles, file, found.line), warnings: [] };
}

/**
 * Cycles of one inference by a log: of the evaluation kit, or with a report of the performance monitor; or a bare number
 * (docs/model/fvp.md#logs). The last report counts.
 * @throws an input error that names file and line, and says what was expected
 */
export function readLog(text: string, { file, macs }: LogContext): LogCount {
  if (/^[\d,_']+$/.test(text.trim())) return { cycles: checked(wholeOf(text.trim()), file, 0), warnings: [] };
  const lines = text.split(/\r\n|\n|\r/);
  lines.forEach((line, i) => {
    const other = MACS.exec(line)?.[1];
    if (other !== undefined && macs !== undefined && Number(other) !== macs) {
      throw bad(file, i, `the log is of an accelerator with ${other} MACs per cycle, expected ${macs}`);
    }
  });
  const reports = kitReports(lines, file);
  const pmu = pmuCount(lines, file);
  if (reports.length > 0 && pmu !== undefined) {
    throw inputError(`${file}: it has NPU counters of two kinds; keep the report of one run`);
  }
  if (reports.length > 0) return kitCount(reports, file);
  if (pmu !== undefined) return pmu;
  if (lines.some((line) => CPU_CYCLES.test(line))) {
    throw inputError(
      `${file}: its counts are cycles of the CPU, expected those of the NPU: "NPU TOTAL cycles: N" or "ethosu_pmu_cycle_cntr : N"`,
    );
  }
  throw inputError(
    `${file}: no count of NPU cycles found, expected "NPU TOTAL cycles: N", "ethosu_pmu_cycle_cntr : N" or a number`,
  );
}
