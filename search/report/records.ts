import type { System } from '../../src/npu/system.js';
import { isShown, METRIC_NAMES, METRICS, type MetricName, type MetricRow } from '../metrics.js';
import type { Constraint } from '../rank/constraints.js';
import type { ChangedLayer } from '../emit/changed-layers.js';
import { retainedMeans } from '../emit/retained-weights.js';
import type { RetainedWeights } from '../substitute/substitution.js';

/** An object of a JSON file. */
export type Fields = Record<string, unknown>;

/** A number, or null where it is not known. */
export const known = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value;

const metricsRecord = (
  metrics: MetricRow,
  isTold: (name: MetricName) => boolean,
): Record<string, number | null> =>
  Object.fromEntries(METRIC_NAMES.filter(isTold).map((name) => [name, known(metrics[name])]));

/** What the estimator says of a design, and what was measured of it. */
export const figuresRecord = (metrics: MetricRow): Record<string, number | null> =>
  metricsRecord(metrics, (name) => {
    const { source, unit, optional } = METRICS[name];
    if (optional === true) return isShown(name, metrics[name]);
    return source.from === 'estimate' ? unit !== 'flag' : source.from === 'quotient' && source.by === 'clock';
  });

/** The most important metrics of a design. */
export const headlineRecord = (metrics: MetricRow): Record<string, number | null> =>
  metricsRecord(metrics, (name) => METRICS[name].headline === true && isShown(name, metrics[name]));

/** Retained weights with the word for them, and why they are not known. */
export const retainedRecord = ({ before, after }: RetainedWeights, unknown?: string): Fields => ({
  retained_energy: known(before),
  retained_energy_quantised: known(after),
  weights: retainedMeans(before),
  ...(unknown === undefined ? {} : { retained_unknown: unknown }),
});

/** A system by its names. */
export const systemRecord = ({ accelerator, systemConfig, memoryMode }: System): Fields => ({
  accelerator,
  system_config: systemConfig,
  memory_mode: memoryMode,
});

/** The same with its speed and memory. */
export const wholeSystemRecord = (system: System): Fields => ({
  ...systemRecord(system),
  core_clock: system.coreClock,
  arena_cache_size: system.arenaCacheSize,
});

/** A layer that a design changes. */
export const layerRecord = (layer: ChangedLayer): Fields => ({
  operator: layer.operator,
  kind: layer.kind,
  ...(layer.kernel === undefined ? {} : { kernel: layer.kernel }),
  option: layer.option,
  input_channels: layer.inputChannels,
  output_channels: layer.outputChannels,
  parameters: layer.parameters,
  ...retainedRecord(layer.retained),
});

/** What constraints ask for. */
export const constraintsRecord = (constraints: readonly Constraint[]): Fields[] =>
  constraints.map((constraint) => ({
    column: constraint.column,
    ...(constraint.kind === 'most' ? { at_most: constraint.bound } : { at_least: constraint.bound }),
  }));
