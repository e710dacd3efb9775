import type { Command } from 'commander';
import { METRIC_NAMES, type MetricName } from '../../search/metrics.js';
import type { Axes } from '../../search/report/front-sketch.js';
import { usageError } from '../errors.js';
import { suggestion } from '../suggest.js';

/** What {@link addPlotOption} parses. */
export interface PlotOptions {
  /** True for the first two objectives. */
  readonly plot?: true | Axes;
}

function parseMetric(name: string): MetricName {
  const metric = METRIC_NAMES.find((each) => each === name);
  if (metric !== undefined) return metric;
  throw usageError(`--plot: column "${name}" is not known${suggestion(name, METRIC_NAMES)}`);
}

function parseAxes(text: string): Axes {
  const [x = '', y, ...rest] = text.split(',').map((name) => name.trim());
  if (y === undefined || rest.length > 0) {
    throw usageError(
      `--plot is "${text}", expected two columns of ranking.csv, such as cycles_total,sram_total_bytes; ` +
        'without columns it comes last, or before another option',
    );
  }
  if (x === y) throw usageError(`--plot: ${x} is named twice; name two columns`);
  return [parseMetric(x), parseMetric(y)];
}

/** Adds the option that asks for a sketch of the front. */
export const addPlotOption = (command: Command): Command =>
  command.option(
    '--plot [x,y]',
    'sketch the front in the terminal, by two columns of ranking.csv (default: the first two objectives)',
    parseAxes,
  );

/** The lines that the options ask for, after an empty one. */
export const plotted = <T>(
  { plot }: PlotOptions,
  sources: readonly T[],
  sketch: (source: T, axes: Axes | undefined) => readonly string[],
): string[] =>
  plot === undefined
    ? []
    : sources.flatMap((source) => ['', ...sketch(source, plot === true ? undefined : plot)]);
