import { inputError } from '../errors.js';
import type { Network, Tensor } from '../graph/network.js';
import { elementsOf } from '../graph/shape.js';
import { createInterpreter, realValues, whyNotRunnable } from '../run/index.js';
import { shapeText } from '../text.js';
import { judgedOutputs, type JudgedOutput } from './classes.js';
import {
  accuracy,
  accuracyChange,
  createNoiseMeter,
  equalClasses,
  meanOf,
  topClasses,
  type Mean,
} from './quality.js';
import type { Samples } from './samples.js';

/** How good a network is on samples. */
export interface Quality {
  /** Share of the samples that get the class of their label. */
  readonly accuracy?: Mean;
}

/** How good a network is on samples, compared with the one that it was made from. */
export interface ComparedQuality extends Quality {
  /** Of the original. */
  readonly accuracyAgainst?: Mean;
  /** Greater than 0 where the changed network is better. */
  readonly accuracyChange?: Mean;
  /** Share of the samples that get the same class from both. */
  readonly agreement?: Mean;
  /** Undefined where the original's outputs are the same for all samples. */
  readonly outputNoise: number | undefined;
}

/** Called with how many more samples are done. */
export type OnMeasured = (samples: number) => void;

/** Most bytes of the tensors of samples that run at once, … */
const CHUNK_BYTES = 2 ** 25;
/** … and most samples. */
const MOST_AT_ONCE = 64;

const bytesOf = ({ constant, shape = [] }: Tensor): number =>
  constant === undefined ? 4 * elementsOf(shape) : 0;

const samplesAtOnce = ({ graphs: [{ tensors }] }: Network): number => {
  const bytes = tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  return Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(CHUNK_BYTES / bytes)));
};

/** What a network gives for some samples, one list per output. */
interface Outputs {
  /** Real values before softmax. */
  readonly logits: readonly Float32Array[];
  /** The classes of each row; undefined for outputs that tell none apart. */
  readonly tops: readonly (Int32Array | undefined)[];
}

/**
 * Runs a network on all samples, some at a time.
 * @param tensors by which each output is judged, before softmax or after
 */
function* outputsOf(
  network: Network,
  outputs: readonly JudgedOutput[],
  { inputs, count }: Samples,
  atOnce: number,
): Generator<Outputs, void> {
  const { tensors } = network.graphs[0];
  const interpreter = createInterpreter(network);
  const wanted = new Set(outputs.flatMap(({ output, logits }) => [output, logits]));
  for (let from = 0; from < count; from += atOnce) {
    const to = Math.min(count, from + atOnce);
    const part = inputs.map((values) => {
      const size = values.length / count;
      return values.subarray(from * size, to * size);
    });
    const values = interpreter.run(part, to - from, (tensor) => wanted.has(tensor));
    yield {
      logits: outputs.map(({ logits }) => realValues(values[logits]!, tensors[logits]!)),
      tops: outputs.map(({ output, classes }) =>
        classes === undefined ? undefined : topClasses(values[output]!, classes),
      ),
    };
  }
}

/** @throws an input error where a network cannot be run */
const requireRunnable = (network: Network): void => {
  const why = whyNotRunnable(network);
  if (why !== undefined) throw inputError(`${network.name}: ${why}`);
};

const tensorText = ({ type, shape = [], quantisation }: Tensor): string =>
  `${shapeText(shape)} ${type}` +
  (quantisation === undefined
    ? ''
    : ` of scale ${quantisation.scales[0]} and zero point ${quantisation.zeroPoints[0]}`);

/** Makes sure that two networks take the same samples and give outputs of the same shapes. */
function requireComparable(changed: Network, original: Network): void {
  const [a, b] = [changed, original].map(({ graphs: [{ tensors, inputs, outputs }] }) => ({
    inputs: inputs.map((input) => tensorText(tensors[input]!)).join(', '),
    outputs: outputs.map((output) => shapeText(tensors[output]!.shape ?? [])).join(', '),
  })) as [Record<'inputs' | 'outputs', string>, Record<'inputs' | 'outputs', string>];
  for (const what of ['inputs', 'outputs'] as const) {
    if (a[what] === b[what]) continue;
    throw inputError(
      `${changed.name}: its ${what} are ${a[what]}, and those of ${original.name} ${b[what]}; only networks with the same can be compared`,
    );
  }
}

/** Labels are for networks with one output that gives each sample one class. */
const labelsFor = (outputs: readonly JudgedOutput[], { labels }: Samples): Int32Array | undefined =>
  outputs.length === 1 && outputs[0]!.classes === outputs[0]!.elements ? labels : undefined;

/**
 * Runs a network on samples with labels.
 * @throws an input error where it cannot be run, there are no labels, or it does not give each sample one class
 */
export function measureAlone(network: Network, samples: Samples, onMeasured: OnMeasured): Required<Quality> {
  requireRunnable(network);
  const outputs = judgedOutputs(network);
  const labels = labelsFor(outputs, samples);
  if (labels === undefined) {
    throw inputError(
      samples.labels === undefined
        ? `${samples.source}: has no labels; without them a network can only be compared with another`
        : `${network.name}: does not give each sample one class; it can only be compared with another network`,
      undefined,
      'against',
    );
  }
  const classes = new Int32Array(samples.count);
  let done = 0;
  for (const { tops } of outputsOf(network, outputs, samples, samplesAtOnce(network))) {
    classes.set(tops[0]!, done);
    done += tops[0]!.length;
    onMeasured(tops[0]!.length);
  }
  return { accuracy: accuracy(classes, labels) };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Compares networks with the original that they were made from, on the same samples. */
export type Comparison = (changed: Network, onMeasured?: OnMeasured) => ComparedQuality;

/**
 * Prepares samples: the original is run once, together with the first network that is compared with it.
 * @throws an input error where it cannot be run
 */
export function createComparison(original: Network, samples: Samples): Comparison {
  requireRunnable(original);
  /** What the original gives, by the outputs that are compared and how many samples run at once. */
  const known = new Map<string, readonly Outputs[]>();
  return (changed, onMeasured = () => undefined) => {
    requireComparable(changed, original);
    requireRunnable(changed);
    const [before, after] = judgedAlike(original, changed);
    const atOnce = Math.min(samplesAtOnce(original), samplesAtOnce(changed));
    const key = [atOnce, ...before.map(({ logits }) => logits)].join();
    const references = known.get(key);
    const fresh: Outputs[] = [];
    function* originals(): Generator<Outputs, void> {
      for (const outputs of outputsOf(original, before, samples, atOnce)) {
        fresh.push(outputs);
        yield outputs;
      }
    }
    const chunks = { before: references ?? originals(), after: outputsOf(changed, after, samples, atOnce) };
    const quality = compareOutputs(before, chunks, samples, onMeasured);
    known.set(key, references ?? fresh);
    return quality;
  };
}

/** Compares what two networks give, part of the samples by part. */
function compareOutputs(
  judged: readonly JudgedOutput[],
  chunks: { readonly before: Iterable<Outputs>; readonly after: Generator<Outputs, void> },
  samples: Samples,
  onMeasured: OnMeasured,
): ComparedQuality {
  const labels = labelsFor(judged, samples);
  const meters = judged.map(({ elements }) => createNoiseMeter(elements));
  /** Of each sample: in how many rows the classes are the same, and which class it gets. */
  const agreed = new Float64Array(samples.count);
  const [classesBefore, classesAfter] = [new Int32Array(samples.count), new Int32Array(samples.count)];
  let done = 0;
  for (const a of chunks.before) {
    const b = chunks.after.next().value as Outputs;
    const count = a.logits[0]!.length / judged[0]!.elements;
    meters.forEach((meter, i) => meter.add(a.logits[i]!, b.logits[i]!));
    a.tops.forEach((top, i) => {
      if (top === undefined) return;
      const rows = top.length / count;
      equalClasses(top, b.tops[i]!).forEach((equal, j) => (agreed[done + Math.floor(j / rows)]! += equal));
    });
    if (labels !== undefined) {
      classesBefore.set(a.tops[0]!, done);
      classesAfter.set(b.tops[0]!, done);
    }
    done += count;
    onMeasured(count);
  }

  const rows = judged.reduce((sum, { elements, classes = Infinity }) => sum + elements / classes, 0);
  const noises = meters.map((meter) => meter.noise());
  return {
    outputNoise: noises.every((noise) => noise !== undefined) ? mean(noises) : undefined,
    ...(rows > 0 && { agreement: meanOf(agreed.map((equal) => equal / rows)) }),
    ...(labels !== undefined && {
      accuracy: accuracy(classesAfter, labels),
      accuracyAgainst: accuracy(classesBefore, labels),
      accuracyChange: accuracyChange(classesBefore, classesAfter, labels),
    }),
  };
}

/**
 * Runs a network and the original that it was made from on the same samples.
 * @throws an input error where one of them cannot be run, or they do not have the same inputs and outputs
 */
export const measureAgainst = (
  changed: Network,
  original: Network,
  samples: Samples,
  onMeasured: OnMeasured,
): ComparedQuality => createComparison(original, samples)(changed, onMeasured);

/** The outputs of two networks, judged in the same way: before softmax only where both have one. */
function judgedAlike(a: Network, b: Network): readonly [readonly JudgedOutput[], readonly JudgedOutput[]] {
  const [first, second] = [judgedOutputs(a), judgedOutputs(b)];
  const alike = (
    outputs: readonly JudgedOutput[],
    others: readonly JudgedOutput[],
  ): readonly JudgedOutput[] =>
    outputs.map((judged, i) => {
      const { output, logits, elements, classes } = judged;
      const other = others[i]!;
      return {
        output,
        logits: other.logits === other.output ? output : logits,
        elements,
        ...(classes !== undefined && other.classes !== undefined && { classes }),
      };
    });
  return [alike(first, second), alike(second, first)];
}
