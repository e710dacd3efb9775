import type { Setting } from '../src/errors.js';
import type { Hardware } from '../src/cost/hardware.js';
import type { PerArea } from '../src/estimate/types.js';
import type { FvpTotals } from '../src/fvp/totals.js';
import type { System } from '../src/npu/system.js';
import type { Totals } from '../src/estimate/totals.js';
import type { ComparedQuality } from '../src/samples/measure.js';
import type { MemoryUse } from '../src/schedule/memory.js';

/** What a metric counts; it decides how its values are written. */
export type Unit =
  | 'hertz'
  | 'cycles'
  | 'milliseconds'
  | 'bytes'
  | 'MACs'
  | 'parameters'
  | 'share'
  | 'ratio'
  /** A share of the variance of the outputs. */
  | 'noise'
  /** A share of the samples, and a difference of two. */
  | 'fraction'
  | 'difference'
  | 'operators'
  | 'flag';

/** Versions of the program, as headings of the changelog. */
export type Version = '0.1.0' | '0.2.0' | 'unreleased';

/** What the estimator says of a network. */
export interface Estimated {
  readonly totals: Totals;
  readonly memory: MemoryUse;
  readonly hardware: Hardware;
  readonly fvp: FvpEstimated;
}

/** FVP-like cycles with their 80 % bar; NaN where there are none. */
export type FvpEstimated = Pick<FvpTotals, 'cycles' | 'low' | 'high'>;

/** What the estimator says of one operation. */
export interface OperationFigures {
  readonly cycles: number;
  readonly npuCycles: number;
  readonly macs: number;
  /** Bytes moved to and from each memory. */
  readonly bytes: PerArea<number>;
  /** Weights that are read here first. */
  readonly encodedWeightBytes: number;
  /** Most bytes of SRAM that are live while it runs. */
  readonly liveSramBytes: number;
  /** 0 where there are no such figures. */
  readonly fvpCycles: number;
  readonly onCpu: boolean;
}

/** What the weights of a network, or of one operator, say. */
export interface WeightFigures {
  readonly parameters: number;
  /** Kept share of the squared weights, before and after quantising again. */
  readonly retained: { readonly before: number; readonly after: number };
  /** Output noise of the choices, each measured alone on samples, added up; NaN where there are none. */
  readonly noise: number;
}

/** Read from an estimate, and stored for every design. */
export interface FromEstimate {
  readonly from: 'estimate';
  readonly read: (estimated: Estimated) => number;
  /** How the metric comes about over the operations of a segment, and over segments; absent where it does not. */
  readonly over?: {
    readonly combine: 'sum' | 'largest';
    readonly of: (operation: OperationFigures) => number;
    /** Sums of fractions, of which the design's figure is the nearest whole number. */
    readonly rounded?: true;
  };
}

/** Known from the weights alone, without an estimate. */
export interface FromWeights {
  readonly from: 'weights';
  readonly read: (weights: WeightFigures) => number;
  /** How it comes about over operators and segments; absent where it does not. */
  readonly over?: 'sum' | 'product';
}

/** Measured on samples, for designs whose weights were fitted to others. */
export interface FromSamples {
  readonly from: 'samples';
  readonly read: (quality: ComparedQuality) => number | undefined;
}

/** A property of the system. */
export interface FromSystem {
  readonly from: 'system';
  readonly read: (system: System) => number;
}

/** `times` another metric over the clock, or over the unchanged network's value of it on the same system. */
export interface Quotient {
  readonly from: 'quotient';
  /** Name of a metric that comes before this one. */
  readonly of: string;
  readonly times: number;
  readonly by: 'clock' | 'baseline';
}

/** A constraint that can be set. */
export interface Bound {
  readonly setting: Setting;
  readonly kind: 'most' | 'least';
  /** Units of the metric in one of the setting's. */
  readonly factor: number;
  /** The setting's unit, as it follows a number. */
  readonly unit: string;
}

/** One figure of a design: all that the search, its files and its reports need to know of it. */
export interface Metric {
  /** For people, with its unit where it has one. */
  readonly label: string;
  /** What it is, in a clause for docs/columns.md and tooltips. */
  readonly definition: string;
  readonly since: Version;
  /** Shown where two designs are compared in a few lines. */
  readonly headline?: true;
  /** Heading in tables of many designs; absent where these leave it out. */
  readonly heading?: string;
  /** Name of the metric that it follows there; by default it has the place of its column in `ranking.csv`. */
  readonly beside?: string;
  /** Follows a value that is named on its own: `12.5 KiB of SRAM used`. */
  readonly amount?: string;
  /** Known only where there are samples: reports leave it out where it is not. */
  readonly optional?: true;
  readonly unit: Unit;
  /** Which way is better. */
  readonly direction: 'min' | 'max';
  readonly source: FromEstimate | FromWeights | FromSamples | FromSystem | Quotient;
  /** It may be an objective. */
  readonly objective?: true;
  /** It may be constrained. */
  readonly bound?: Bound;
}

const added = (read: FromEstimate['read'], of: (operation: OperationFigures) => number): FromEstimate => ({
  from: 'estimate',
  read,
  over: { combine: 'sum', of },
});

const external = (bytes: PerArea<number>): number => bytes.dram + bytes.on_chip_flash + bytes.off_chip_flash;

/**
 * Every metric, by its name in `ranking.csv` and JSON, in the order of the columns. A new one is a row here, and perhaps
 * code that measures it: objectives, constraints, searches, files and reports follow.
 */
const ROWS = {
  core_clock: {
    label: 'clock',
    definition: 'clock of the NPU',
    since: '0.1.0',
    unit: 'hertz',
    direction: 'max',
    source: { from: 'system', read: ({ coreClock }) => coreClock },
  },
  cycles_total: {
    label: 'cycles',
    definition:
      'cycles of one inference as the compiler reports them; each layer takes the greatest of its NPU cycles and its access cycles',
    since: '0.1.0',
    headline: true,
    heading: 'cycles',
    amount: 'cycles',
    unit: 'cycles',
    direction: 'min',
    source: added(
      ({ totals }) => totals.cycles,
      ({ cycles }) => cycles,
    ),
    objective: true,
    bound: { setting: 'maxCycles', kind: 'most', factor: 1, unit: 'cycles' },
  },
  cycles_npu: {
    label: 'NPU cycles',
    definition: 'cycles in which the NPU computes, waits for memories not counted',
    since: '0.1.0',
    unit: 'cycles',
    direction: 'min',
    source: added(
      ({ totals }) => totals.npuCycles,
      ({ npuCycles }) => npuCycles,
    ),
    objective: true,
  },
  inference_ms: {
    label: 'ms',
    definition: 'cycles_total over core_clock',
    since: '0.1.0',
    headline: true,
    heading: 'ms',
    amount: 'ms',
    unit: 'milliseconds',
    direction: 'min',
    source: { from: 'quotient', of: 'cycles_total', times: 1000, by: 'clock' },
    objective: true,
    bound: { setting: 'maxTime', kind: 'most', factor: 1, unit: 'ms' },
  },
  sram_total_bytes: {
    label: 'SRAM bytes moved',
    definition: 'bytes read from and written to SRAM in one inference',
    since: '0.1.0',
    headline: true,
    heading: 'SRAM KiB',
    amount: 'KiB through SRAM',
    unit: 'bytes',
    direction: 'min',
    source: added(
      ({ totals }) => totals.traffic.sram.total,
      ({ bytes }) => bytes.sram,
    ),
    objective: true,
  },
  external_total_bytes: {
    label: 'DRAM and flash bytes moved',
    definition: 'bytes read from and written to DRAM and flash in one inference',
    since: '0.1.0',
    headline: true,
    amount: 'KiB through DRAM and flash',
    unit: 'bytes',
    direction: 'min',
    source: added(
      ({ totals: { traffic } }) =>
        traffic.dram.total + traffic.on_chip_flash.total + traffic.off_chip_flash.total,
      ({ bytes }) => external(bytes),
    ),
    objective: true,
    bound: { setting: 'maxExternal', kind: 'most', factor: 1024, unit: 'KiB' },
  },
  sram_memory_used_bytes: {
    label: 'SRAM bytes used',
    definition: 'SRAM that has to be allocated for one inference, gaps between tensors included',
    since: '0.1.0',
    headline: true,
    heading: 'used KiB',
    amount: 'KiB of SRAM used',
    unit: 'bytes',
    direction: 'min',
    source: {
      from: 'estimate',
      read: ({ totals }) => totals.memoryUsed.sram,
      over: { combine: 'largest', of: ({ liveSramBytes }) => liveSramBytes },
    },
    objective: true,
    bound: { setting: 'maxSram', kind: 'most', factor: 1024, unit: 'KiB' },
  },
  nn_macs: {
    label: 'MACs',
    definition: 'multiply-accumulates of one inference, by the count of the compiler',
    since: '0.1.0',
    headline: true,
    unit: 'MACs',
    direction: 'min',
    source: added(
      ({ totals }) => totals.macs,
      ({ macs }) => macs,
    ),
    objective: true,
  },
  parameters: {
    label: 'parameters',
    definition: 'elements of the weights and biases of convolutions and fully connected layers',
    since: '0.1.0',
    headline: true,
    heading: 'params',
    unit: 'parameters',
    direction: 'max',
    source: { from: 'weights', read: ({ parameters }) => parameters, over: 'sum' },
    objective: true,
  },
  encoded_weight_bytes: {
    label: 'encoded weight bytes',
    definition: 'weights after the compiler’s encoding, which compresses them',
    since: '0.1.0',
    unit: 'bytes',
    direction: 'min',
    source: added(
      ({ totals }) => totals.encodedWeightBytes,
      ({ encodedWeightBytes }) => encodedWeightBytes,
    ),
    objective: true,
  },
  retained_energy: {
    label: 'retained weights',
    definition:
      'retained weights: the share of the squared weights that the design keeps, as a product over the changed layers; a proxy, not accuracy',
    since: '0.1.0',
    headline: true,
    heading: 'retained',
    amount: 'of the weights retained',
    unit: 'share',
    direction: 'max',
    source: { from: 'weights', read: ({ retained }) => retained.before, over: 'product' },
    objective: true,
    bound: { setting: 'minRetained', kind: 'least', factor: 1, unit: '' },
  },
  cycles_vs_baseline: {
    label: 'cycles to those of the unchanged network',
    definition: 'cycles_total over that of the unchanged network on the same system',
    since: '0.1.0',
    heading: 'change',
    beside: 'cycles_total',
    unit: 'ratio',
    direction: 'min',
    source: { from: 'quotient', of: 'cycles_total', times: 1, by: 'baseline' },
    objective: true,
  },
  sram_vs_baseline: {
    label: 'SRAM bytes moved to those of the unchanged network',
    definition: 'sram_total_bytes over that of the unchanged network on the same system',
    since: '0.1.0',
    heading: 'change',
    beside: 'sram_total_bytes',
    unit: 'ratio',
    direction: 'min',
    source: { from: 'quotient', of: 'sram_total_bytes', times: 1, by: 'baseline' },
    objective: true,
  },
  retained_energy_quantised: {
    label: 'after quantising again',
    definition: 'retained weights after the new weights are quantised',
    since: '0.2.0',
    headline: true,
    unit: 'share',
    direction: 'max',
    source: { from: 'weights', read: ({ retained }) => retained.after },
    objective: true,
  },
  cpu_operators: {
    label: 'operators on the CPU',
    definition: 'operators that the compiler leaves to the CPU; their time is not in the cycles',
    since: '0.1.0',
    headline: true,
    unit: 'operators',
    direction: 'min',
    source: added(
      ({ totals }) => totals.cpuOperators,
      ({ onCpu }) => Number(onCpu),
    ),
  },
  predicted: {
    label: 'encoded sizes are predicted',
    definition: '1 where sizes of encoded weights are predicted',
    since: '0.2.0',
    unit: 'flag',
    direction: 'min',
    source: { from: 'estimate', read: ({ totals }) => Number(totals.predictedWeights) },
  },
  mac_utilisation: {
    label: 'MAC utilisation',
    definition: 'multiply-accumulates over those that the NPU could do in cycles_total',
    since: 'unreleased',
    unit: 'share',
    direction: 'max',
    source: {
      from: 'estimate',
      read: ({ totals, hardware }) =>
        totals.cycles === 0 ? 0 : totals.macs / (totals.cycles * hardware.peakMacs),
    },
    objective: true,
  },
  weights_memory_used_bytes: {
    label: 'bytes used by weights and other constants',
    definition: 'memory that weights and other constants take',
    since: 'unreleased',
    unit: 'bytes',
    direction: 'min',
    amount: 'KiB of weights and other constants',
    source: { from: 'estimate', read: ({ memory }) => memory.constants },
    objective: true,
    bound: { setting: 'maxFlash', kind: 'most', factor: 1024, unit: 'KiB' },
  },
  output_noise: {
    label: 'predicted output noise',
    definition:
      'predicted mean squared change of the outputs before softmax over their variance: the sum of what each change alone does on samples',
    since: 'unreleased',
    headline: true,
    heading: 'noise',
    amount: 'of predicted output noise',
    optional: true,
    unit: 'noise',
    direction: 'min',
    source: { from: 'weights', read: ({ noise }) => noise, over: 'sum' },
    objective: true,
    bound: { setting: 'maxNoise', kind: 'most', factor: 1, unit: '' },
  },
  output_noise_measured: {
    label: 'measured output noise',
    definition: 'the same, measured on samples for the design as a whole',
    since: 'unreleased',
    headline: true,
    heading: 'measured',
    optional: true,
    unit: 'noise',
    direction: 'min',
    source: { from: 'samples', read: ({ outputNoise }) => outputNoise },
  },
  agreement: {
    label: 'agreement with the original',
    definition: 'share of the samples that the design gives the class of the original',
    since: 'unreleased',
    headline: true,
    heading: 'agree',
    amount: 'of the samples in agreement',
    optional: true,
    unit: 'fraction',
    direction: 'max',
    source: { from: 'samples', read: ({ agreement }) => agreement?.value },
    bound: { setting: 'minAgreement', kind: 'least', factor: 1, unit: '' },
  },
  agreement_standard_error: {
    label: 'standard error of the agreement',
    definition: 'standard error of agreement',
    since: 'unreleased',
    optional: true,
    unit: 'fraction',
    direction: 'min',
    source: { from: 'samples', read: ({ agreement }) => agreement?.standardError },
  },
  accuracy: {
    label: 'accuracy',
    definition: 'share of the samples that the design gives their label',
    since: 'unreleased',
    headline: true,
    heading: 'accuracy',
    optional: true,
    unit: 'fraction',
    direction: 'max',
    source: { from: 'samples', read: ({ accuracy }) => accuracy?.value },
  },
  accuracy_standard_error: {
    label: 'standard error of the accuracy',
    definition: 'standard error of accuracy',
    since: 'unreleased',
    optional: true,
    unit: 'fraction',
    direction: 'min',
    source: { from: 'samples', read: ({ accuracy }) => accuracy?.standardError },
  },
  accuracy_change: {
    label: 'change of the accuracy',
    definition: 'accuracy less that of the original',
    since: 'unreleased',
    headline: true,
    amount: 'points of accuracy lost',
    optional: true,
    unit: 'difference',
    direction: 'max',
    source: { from: 'samples', read: ({ accuracyChange }) => accuracyChange?.value },
    bound: { setting: 'maxAccuracyDrop', kind: 'least', factor: -0.01, unit: 'points' },
  },
  accuracy_change_standard_error: {
    label: 'standard error of the change of the accuracy',
    definition: 'standard error of accuracy_change',
    since: 'unreleased',
    optional: true,
    unit: 'fraction',
    direction: 'min',
    source: { from: 'samples', read: ({ accuracyChange }) => accuracyChange?.standardError },
  },
  cycles_fvp: {
    label: 'FVP-like cycles',
    definition:
      'cycles that the Fixed Virtual Platform would show, by a model of it; empty where it is refused',
    since: 'unreleased',
    headline: true,
    heading: 'FVP',
    beside: 'cycles_total',
    optional: true,
    unit: 'cycles',
    direction: 'min',
    source: {
      from: 'estimate',
      read: ({ fvp }) => fvp.cycles,
      over: { combine: 'sum', of: ({ fvpCycles }) => fvpCycles, rounded: true },
    },
    objective: true,
  },
  cycles_fvp_low: {
    label: 'FVP-like cycles, low (80 %)',
    definition: 'lower end of the 80 % bar of cycles_fvp',
    since: 'unreleased',
    optional: true,
    unit: 'cycles',
    direction: 'min',
    source: { from: 'estimate', read: ({ fvp }) => fvp.low },
    objective: true,
  },
  cycles_fvp_high: {
    label: 'FVP-like cycles, high (80 %)',
    definition: 'upper end of the 80 % bar of cycles_fvp',
    since: 'unreleased',
    optional: true,
    unit: 'cycles',
    direction: 'min',
    source: { from: 'estimate', read: ({ fvp }) => fvp.high },
    objective: true,
  },
  inference_ms_fvp: {
    label: 'FVP-like ms',
    definition: 'cycles_fvp over the clock',
    since: 'unreleased',
    heading: 'FVP ms',
    beside: 'inference_ms',
    optional: true,
    unit: 'milliseconds',
    direction: 'min',
    source: { from: 'quotient', of: 'cycles_fvp', times: 1000, by: 'clock' },
    objective: true,
  },
} satisfies Record<string, Metric>;

/** Name of a metric. */
export type MetricName = keyof typeof ROWS;

/** Name of a metric that is stored with every design. */
export type FigureName = {
  [N in MetricName]: (typeof ROWS)[N]['source'] extends FromEstimate ? N : never;
}[MetricName];

/** Every metric by its name. */
export const METRICS: Readonly<Record<MetricName, Metric>> = ROWS;

/** Names of all metrics, in the order of the columns. */
export const METRIC_NAMES = Object.keys(ROWS) as readonly MetricName[];

/** Values of all metrics of one design; NaN where one is not known. */
export type MetricRow = Readonly<Record<MetricName, number>>;

/** Known only of designs that were measured on samples. */
export const isMeasured = (name: MetricName): boolean => METRICS[name].source.from === 'samples';

/** False for what reports leave out because nothing is known of it. */
export const isShown = (name: MetricName, ...values: readonly number[]): boolean =>
  METRICS[name].optional !== true || values.some((value) => !Number.isNaN(value));

/** All that metrics are computed from. */
export interface Measured {
  readonly system: System;
  readonly figure: (name: FigureName) => number;
  readonly weights: WeightFigures;
  /** Where it was measured. */
  readonly quality?: ComparedQuality | undefined;
  /** The unchanged network's figures on the same system. */
  readonly baseline: ((name: FigureName) => number) | undefined;
}

/** Writes the value of every metric into `row`. */
export const measure = (measured: Measured, row: Record<MetricName, number>): void => {
  for (const name of METRIC_NAMES) {
    const { source } = METRICS[name];
    switch (source.from) {
      case 'estimate':
        row[name] = measured.figure(name as FigureName);
        break;
      case 'weights':
        row[name] = source.read(measured.weights);
        break;
      case 'samples':
        row[name] = (measured.quality && source.read(measured.quality)) ?? NaN;
        break;
      case 'system':
        row[name] = source.read(measured.system);
        break;
      case 'quotient': {
        const of = source.of as FigureName;
        const by = source.by === 'clock' ? measured.system.coreClock : (measured.baseline?.(of) ?? NaN);
        row[name] = (source.times * row[of]) / by;
      }
    }
  }
};

/** A row to be filled. */
export const emptyRow = (): Record<MetricName, number> =>
  Object.fromEntries(METRIC_NAMES.map((name) => [name, NaN])) as Record<MetricName, number>;

/** The value of every metric. */
export const metricsOf = (measured: Measured): MetricRow => {
  const row = emptyRow();
  measure(measured, row);
  return row;
};
