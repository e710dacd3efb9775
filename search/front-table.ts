import Table from 'cli-table3';
import { baselineRow, type NumberRow, type NumberColumn } from './columns.js';
import { textOf, type Ranking } from './ranking.js';

/** Rows of the front that the table shows. */
const SHOWN = 10;
/** Baselines that it shows. */
const BASELINES = 6;
const DESIGN_WIDTH = 34;
/** Where several models share the width. */
const MODEL_WIDTH = 14;
const SHORT_DESIGN_WIDTH = 18;

interface ShownColumn {
  readonly title: string;
  readonly text: (numbers: NumberRow) => string;
}

const grouped = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const kibibytes = (bytes: number): string => grouped(bytes / 1024);
const change = (ratio: number): string => {
  if (!Number.isFinite(ratio)) return '';
  const percent = 100 * (ratio - 1);
  return Math.abs(percent) < 0.05 ? '=' : `${percent > 0 ? '+' : ''}${percent.toFixed(1)}%`;
};

const COLUMNS: readonly ShownColumn[] = [
  { title: 'cycles', text: (n) => grouped(n.cycles_total) },
  { title: 'change', text: (n) => change(n.cycles_vs_baseline) },
  { title: 'ms', text: (n) => n.inference_ms.toFixed(3) },
  { title: 'SRAM KiB', text: (n) => kibibytes(n.sram_total_bytes) },
  { title: 'change', text: (n) => change(n.sram_vs_baseline) },
  { title: 'used KiB', text: (n) => kibibytes(n.sram_memory_used_bytes) },
  { title: 'params', text: (n) => grouped(n.parameters) },
];

const NO_BORDERS: Readonly<Record<string, string>> = Object.fromEntries([
  ['middle', ''],
  ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [side + end, ''] as const),
  ),
]);

const clipped = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

/** Numbers of row `i` of a ranking. */
const numbersAt = ({ table }: Ranking, i: number): NumberRow =>
  Object.fromEntries(Object.entries(table.columns).map(([name, column]) => [name, column[i]])) as Record<
    NumberColumn,
    number
  >;

/** The best rows of the front beside the unchanged networks, at most 110 columns wide. */
export const frontTable = (ranking: Ranking): string => {
  const { studies, frontSize } = ranking;
  const several = studies.length > 1;
  const lines = new Table({
    head: ['', ...(several ? ['model'] : []), 'design', ...COLUMNS.map((c) => c.title)],
    colAligns: [
      'right',
      ...(several ? ['left' as const] : []),
      'left',
      ...COLUMNS.map(() => 'right' as const),
    ],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: NO_BORDERS,
  });
  const push = (position: string, model: string, design: string, numbers: NumberRow): void => {
    const names = several
      ? [clipped(model, MODEL_WIDTH), clipped(design, SHORT_DESIGN_WIDTH)]
      : [clipped(design, DESIGN_WIDTH)];
    lines.push([position, ...names, ...COLUMNS.map((c) => c.text(numbers))]);
  };
  const baselines = studies.flatMap((study) =>
    study.space.systems.flatMap(({ code }, system) => {
      const numbers = baselineRow(study, system);
      return numbers === undefined ? [] : [{ model: study.model, code, numbers }];
    }),
  );
  for (const { model, code, numbers } of baselines.slice(0, BASELINES)) {
    push('base', model, `base@${code}`, numbers);
  }
  const shown = Math.min(SHOWN, frontSize);
  for (let i = 0; i < shown; i++) {
    const text = textOf(ranking, i);
    push(String(i + 1), text.model, text.design, numbersAt(ranking, i));
  }
  const rest = frontSize - shown;
  const text = lines
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
  return rest > 0 ? `${text}\n      and ${grouped(rest)} more on the front` : text;
};
