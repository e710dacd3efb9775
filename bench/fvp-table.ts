import { measuredCells, type CellRunner } from './fvp-cells.js';
import { compareCells, coverage, errorsOf, type Comparison } from './fvp-errors.js';
import { left, markdownTable, right } from './markdown.js';

/** Rows of the table: what was measured, of which family. */
const ROWS = [
  { title: 'networks, U55', kinds: ['fvp-total'], family: 'u55', least: 0 },
  { title: 'networks, U65', kinds: ['fvp-total'], family: 'u65', least: 0 },
  { title: 'networks, U85', kinds: ['fvp-total'], family: 'u85', least: 0 },
  { title: 'compiled for another system, U85', kinds: ['fvp-total-syscfgLow'], family: 'u85', least: 0 },
  { title: 'single layers, U85', kinds: ['fvp-single'], family: 'u85', least: 0 },
  {
    title: 'operators of 10,000 cycles and more, U85',
    kinds: ['fvp-operator'],
    family: 'u85',
    least: 10_000,
  },
] as const;

const COLUMNS = [
  ...left('measured'),
  ...right('cells', 'compiler mean', 'FVP-like mean', 'median', '90% within', 'worst', 'inside the 80% bar'),
];

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;

function rowOf(title: string, comparisons: readonly Comparison[]): readonly string[] {
  const errors = errorsOf(comparisons, ({ fvp }) => fvp);
  const inside = coverage(comparisons);
  return [
    title,
    String(comparisons.length),
    percent(errorsOf(comparisons, ({ compiler }) => compiler).mean),
    percent(errors.mean),
    percent(errors.median),
    percent(errors.ninth),
    signed(errors.worst),
    Number.isNaN(inside) ? '' : percent(inside),
  ];
}

/** Errors of both figures against measured cycles, by family. */
export function fvpReport(folder: string, runner: CellRunner): string {
  const rows = ROWS.map(({ title, kinds, family, least }) => {
    const cells = measuredCells(folder, kinds).filter(
      ({ accelerator, cycles }) => accelerator.includes(family) && cycles >= least,
    );
    return rowOf(title, compareCells(runner, cells));
  });
  return markdownTable(COLUMNS, rows);
}
