import Table from 'cli-table3';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { median, type Figure } from './measure.js';

/** Version of the shape of `--json`. */
export const BENCH_SCHEMA = 'paretou/bench@1';

/** What the figures were measured on. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryBytes: number;
  readonly node: string;
  readonly platform: string;
}

/** The machine that this process runs on. */
export const thisMachine = (): Machine => ({
  cores: availableParallelism(),
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memoryBytes: totalmem(),
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
});

/** Figures of one benchmark. */
export interface Result {
  readonly benchmark: string;
  readonly figures: readonly Figure[];
}

const GAP = 2;

const NO_BORDERS: Readonly<Record<string, string>> = Object.fromEntries([
  ['middle', ''],
  ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [side + end, ''] as const),
  ),
]);

/** Three significant digits, thousands grouped. */
export function shown(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))));
  const fixed = { minimumFractionDigits: Math.min(digits, 3), maximumFractionDigits: Math.min(digits, 3) };
  return value.toLocaleString('en-US', fixed);
}

const best = ({ rate, wall }: Figure): number => (rate ? Math.max(...wall) : Math.min(...wall));

const cells = (figure: Figure, position: number): string[] => [
  position === 0 ? figure.what : `  ${figure.what}`,
  figure.unit,
  shown(median(figure.wall)),
  shown(best(figure)),
  shown(median(figure.cpu)),
  figure.peakBytes.length === 0 ? '' : shown(Math.max(...figure.peakBytes) / 1e6),
  String(figure.wall.length),
];

/** One aligned table of all figures under a line about the machine. */
export function benchTable(machine: Machine, results: readonly Result[]): string {
  const { cores, processor, memoryBytes, node, platform } = machine;
  const table = new Table({
    head: ['', 'unit', 'median', 'best', 'by CPU time', 'peak MB', 'runs'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': GAP },
    chars: NO_BORDERS,
  });
  table.push(...results.flatMap(({ figures }) => figures.map(cells)));
  const lines = table.toString().split('\n');
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`;
  return [
    `${cores} cores (${processor}), ${memory}, Node ${node}, ${platform}`,
    '',
    ...lines.map((line) => line.trimEnd()),
  ].join('\n');
}

/** The same for programs. */
export const benchJson = (machine: Machine, results: readonly Result[]): object => ({
  schema: BENCH_SCHEMA,
  machine: {
    cores: machine.cores,
    processor: machine.processor,
    memory_bytes: machine.memoryBytes,
    node: machine.node,
    platform: machine.platform,
  },
  figures: results.flatMap(({ benchmark, figures }) =>
    figures.map((figure) => ({
      benchmark,
      what: figure.what,
      unit: figure.unit,
      median: median(figure.wall),
      best: best(figure),
      by_cpu_time: median(figure.cpu),
      peak_bytes: figure.peakBytes.length === 0 ? null : Math.max(...figure.peakBytes),
      wall: figure.wall,
      cpu: figure.cpu,
    })),
  ),
});
