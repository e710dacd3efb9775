import type { Calibration } from '../fvp/calibrate/calibration.js';
import type { Fit, Kept } from '../fvp/calibrate/fit.js';
import { grouped, plural, shortened, wrap } from '../text.js';

const signed = (ratio: number): string =>
  `${ratio >= 1 ? '+' : '-'}${(Math.abs(ratio - 1) * 100).toFixed(1)}%`;

const WHY: Readonly<Record<Kept, string>> = {
  'nothing to explain':
    'The memory’s latency was not fitted: no log depends on it enough and is off by more than the 90% bar. A small network with many layers, or one bound by its weights, would tell more.',
  'no better': 'The memory’s latency was not fitted: it would not halve the errors of the logs.',
};

/** A log that the best fit leaves further off deserves a warning. */
const FAR_OFF = 1.3;

const NAME_WIDTH = 40;
const WIDTH = 14;

/** What a calibration has found: each log before and after, the factors, the errors of logs left out. */
export function calibrationText(
  { logs, factors, networks }: Calibration,
  { kept }: Fit,
  leftOut: readonly number[],
): string {
  const row = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(NAME_WIDTH)}${cells.map((cell) => cell.padStart(WIDTH)).join('')}`.trimEnd();
  const table = [
    row('log', ['cycles', 'before', '', 'after', '']),
    ...logs.map(({ log, cycles, before, after }) =>
      row(shortened(log, NAME_WIDTH - 1), [
        grouped(cycles),
        grouped(before),
        signed(before / cycles),
        grouped(after),
        signed(after / cycles),
      ]),
    ),
  ];
  const x = (factor: number): string => `x ${Number(factor.toPrecision(3))}`;
  const found =
    kept === undefined
      ? [
          `Fitted to ${plural(logs.length, 'log')}: latency of the second memory ${x(factors.latency)}` +
            (logs.length >= 3 ? `, cycles per brick of SRAM ${x(factors.cyclesPerBrick)}` : '') +
            (logs.length >= 10 ? `, latencies of a layer ${x(factors.layerLatencies)}` : '') +
            '.',
        ]
      : [WHY[kept]];
  const far = logs.filter(({ cycles, after }) => Math.max(cycles / after, after / cycles) > FAR_OFF);
  const mean = leftOut.reduce((sum, error) => sum + Math.abs(error), 0) / leftOut.length;
  return [
    ...table,
    '',
    ...found.map((text) => wrap(text)),
    ...(leftOut.length === 0
      ? []
      : [`Mean error of each log with the fit of the others: ${(100 * Math.expm1(mean)).toFixed(1)}%.`]),
    ...networks.map(({ network, family, factor }) =>
      wrap(`Totals of ${shortened(network, NAME_WIDTH)} on Ethos-${family.toUpperCase()}: ${x(factor)}.`),
    ),
    ...far.map(({ log }) =>
      wrap(
        `Warning: ${shortened(log, NAME_WIDTH)} is still off by more than 30%: is it of this network and system?`,
      ),
    ),
  ].join('\n');
}
