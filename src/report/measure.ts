import type { ComparedQuality, Quality } from '../samples/measure.js';
import type { Mean } from '../samples/quality.js';
import { plural } from '../text.js';
import type { Json } from './json-value.js';

/** Which samples were measured on. */
export interface MeasuredOn {
  readonly count: number;
  /** The part of a split. */
  readonly part: string;
  readonly path: string;
  readonly seed: number;
}

/** What was measured, and on what. */
export interface Measurement {
  readonly model: string;
  /** The original, where there is one. */
  readonly against?: string | undefined;
  readonly quality: Quality | ComparedQuality;
  readonly on: MeasuredOn;
}

/** Version of the shape of {@link measurementJson}. */
export const MEASURE_SCHEMA = 'paretou/measure@1';

/** The measured means, by their names in JSON. */
const meansOf = (quality: Quality | ComparedQuality): readonly (readonly [string, Mean])[] => {
  const { accuracy, accuracyAgainst, accuracyChange, agreement }: Partial<ComparedQuality> = quality;
  const means = { agreement, accuracy, accuracy_against: accuracyAgainst, accuracy_change: accuracyChange };
  return Object.entries(means).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
};

/** A measurement as data: shares from 0 to 1, each with its standard error. */
export function measurementJson({ model, against, quality, on }: Measurement): {
  readonly [key: string]: Json;
} {
  const means = meansOf(quality);
  return {
    schema: MEASURE_SCHEMA,
    model,
    ...(against !== undefined && { against }),
    samples: on.count,
    samples_path: on.path,
    samples_part: on.part,
    samples_seed: on.seed,
    ...('outputNoise' in quality && { output_noise: quality.outputNoise ?? null }),
    ...Object.fromEntries(means.map(([name, { value }]) => [name, value])),
    standard_error: Object.fromEntries(means.map(([name, { standardError }]) => [name, standardError])),
  };
}

const LABEL_WIDTH = 24;

const percent = (ratio: number): string => `${(100 * ratio).toFixed(2)} %`;

/** A percentage, or points of one, with the standard error in points. */
const meanText = ({ value, standardError }: Mean, text = percent(value)): string =>
  `${text.padStart(9)} ± ${(100 * standardError).toFixed(2)}`;

const pointsText = (change: Mean): string =>
  `${meanText(change, (change.value > 0 ? '+' : '') + (100 * change.value).toFixed(2))} points`;

const NOISE_NOTE =
  'output noise: mean squared difference of the outputs before softmax, over the variance of the original’s';

/** A measurement for people. */
export function measurementText({ model, against, quality, on }: Measurement): string {
  const { accuracy, accuracyAgainst, accuracyChange, agreement }: Partial<ComparedQuality> = quality;
  const part = on.part === 'all' ? '' : `, the part to ${on.part}`;
  const line = (label: string, text: string): string => `${label.padEnd(LABEL_WIDTH)}${text}`;
  return [
    `${model}${against === undefined ? '' : ` against ${against}`}`,
    `on ${plural(on.count, 'sample')} of ${on.path}${part}`,
    ...(accuracyAgainst === undefined ? [] : [line('accuracy of the original', meanText(accuracyAgainst))]),
    ...(accuracy === undefined ? [] : [line('accuracy', meanText(accuracy))]),
    ...(accuracyChange === undefined ? [] : [line('change', pointsText(accuracyChange))]),
    ...(agreement === undefined ? [] : [line('agreement', meanText(agreement))]),
    ...('outputNoise' in quality ? [line('output noise', noiseText(quality.outputNoise))] : []),
    ...('outputNoise' in quality ? [NOISE_NOTE] : []),
    '±: one standard error',
  ].join('\n');
}

const noiseText = (noise: number | undefined): string =>
  noise === undefined
    ? 'unknown: the original gives the same for all samples'
    : noise.toPrecision(4).padStart(9);
