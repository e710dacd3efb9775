import Table from 'cli-table3';
import { baselineRow, numbersAt, type NumberRow, type Study } from '../rank/table.js';
import { energyWord } from '../substitute/retained-weights.js';
import { textOf, type Ranking } from '../rank/ranking.js';

/** Rows of the front that the table shows. */
const SHOWN = 10;
/** Baselines that it shows. */
const BASELINES = 11;
/** Widest line, and what separates columns. */
const LINE_WIDTH = 110;
const GAP = 2;

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

/** `0.41 retrain`, rounded down so that the number agrees with the word. */
const energyText = (energy: number): string => {
  const word = energyWord(energy);
  if (Number.isNaN(energy)) return word;
  const rounded = Math.floor(100 * energy + 1e-9) / 100;
  return `${rounded === 0 && energy > 0 ? '<0.01' : rounded.toFixed(2)} ${word}`;
};

const COLUMNS: readonly ShownColumn[] = [
  { title: 'cycles', text: (n) => grouped(n.cycles_total) },
  { title: 'change', text: (n) => change(n.cycles_vs_baseline) },
  { title: 'ms', text: (n) => n.inference_ms.toFixed(3) },
  { title: 'SRAM KiB', text: (n) => kibibytes(n.sram_total_bytes) },
  { title: 'change', text: (n) => change(n.sram_vs_baseline) },
  { title: 'used KiB', text: (n) => kibibytes(n.sram_memory_used_bytes) },
  { title: 'params', text: (n) => grouped(n.parameters) },
  { title: 'energy', text: (n) => energyText(n.retained_energy) },
];

const NO_BORDERS: Readonly<Record<string, string>> = Object.fromEntries([
  ['middle', ''],
  ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [side + end, ''] as const),
  ),
]);

const clipped = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

interface Line {
  readonly position: string;
  readonly design: string;
  readonly numbers: readonly string[];
}

const widest = (texts: readonly string[]): number => Math.max(...texts.map((t) => t.length));

/** A design id within a width: its changes are clipped, its system stays. */
const clippedDesign = (id: string, width: number): string => {
  const at = id.lastIndexOf('@');
  const room = width - (id.length - at);
  return id.length <= width || at < 0 || room < 2
    ? clipped(id, width)
    : clipped(id.slice(0, at), room) + id.slice(at);
};

/** `count` numbers from 0 to `size` − 1, the first and the last among them. */
const spread = (size: number, count: number): number[] =>
  Array.from({ length: Math.min(size, count) }, (_, i) =>
    size <= count ? i : Math.round((i * (size - 1)) / (count - 1)),
  );

/** Cells of the lines: designs are clipped to what the numbers leave of the width. */
const cellsOf = (lines: readonly Line[]): string[][] => {
  const numbers = COLUMNS.map((column, i) => widest([column.title, ...lines.map((l) => l.numbers[i]!)]));
  const taken = widest(lines.map((l) => l.position)) + numbers.reduce((sum, n) => sum + GAP + n, 0);
  const room = LINE_WIDTH - taken - GAP;
  return lines.map(({ position, design, numbers: cells }) => [
    position,
    clippedDesign(design, room),
    ...cells,
  ]);
};

/** The systems of a ranking, a line for each configuration and mode. */
export const systemLines = (studies: readonly Study[]): string[] => {
  const byMode = new Map<string, Set<string>>();
  for (const { space } of studies) {
    for (const { system } of space.systems) {
      const mode = `${system.systemConfig}, ${system.memoryMode}`;
      const names = byMode.get(mode) ?? new Set();
      byMode.set(mode, names.add(system.accelerator.replace('ethos-', '')));
    }
  }
  return [...byMode].map(([mode, names]) => `on ${[...names].join(', ')}: ${mode}`);
};

/** Rows from all over the front of a model beside the unchanged networks, at most 110 columns wide. */
export const frontTable = (ranking: Ranking): string => {
  const { studies, frontSize } = ranking;
  const line = (position: string, design: string, numbers: NumberRow): Line => ({
    position,
    design,
    numbers: COLUMNS.map((c) => c.text(numbers)),
  });
  const baselines = studies.flatMap((study) =>
    study.space.systems.flatMap(({ code }, system) => {
      const numbers = baselineRow(study, system);
      return numbers === undefined ? [] : [line('base', `base@${code}`, numbers)];
    }),
  );
  const shown = spread(frontSize, SHOWN);
  const best = shown.map((i) => {
    return line(String(i + 1), textOf(ranking, i).design, numbersAt(ranking.table, i));
  });
  const table = new Table({
    head: ['', 'design', ...COLUMNS.map((c) => c.title)],
    colAligns: ['right', 'left', ...COLUMNS.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': GAP },
    chars: NO_BORDERS,
  });
  table.push(...cellsOf([...baselines.slice(0, BASELINES), ...best]));
  const rest = frontSize - shown.length;
  return table
    .toString()
    .split('\n')
    .map((text) => text.trimEnd())
    .concat(rest > 0 ? [`      and ${grouped(rest)} more on the front`] : [])
    .join('\n');
};
