import { Option, type Command } from 'commander';
import { inputError, usageError } from '../errors.js';
import type { Network } from '../graph/network.js';
import { exampleSamples } from '../glyphs/example-samples.js';
import { readSamples } from '../samples/read.js';
import { LEAST_SAMPLES, type Samples } from '../samples/samples.js';
import { MOST_FIT_SAMPLES, splitSamples } from '../samples/split.js';
import { seed, whole } from './numbers.js';

/** What {@link addSampleOptions} parses. */
export interface SampleOptions {
  readonly samples?: string;
  readonly samplesLimit?: number;
  readonly samplesSeed: number;
  readonly fitSamples?: number;
}

/** Adds the options that say which samples to use. */
export const addSampleOptions = (command: Command): Command =>
  command
    .option(
      '--samples <path>',
      'inputs of the network: a .npy or .npz file, or a folder of .npy or .bin files (docs/accuracy.md), example:NAME, or ' +
        'synthetic, which only helps to choose channels',
    )
    .option(
      '--samples-limit <n>',
      'most samples to use (default: all)',
      whole('--samples-limit', `from ${LEAST_SAMPLES}, such as 1000`, LEAST_SAMPLES, 1e9),
    )
    .option(
      '--samples-seed <n>',
      'seed of the choice and of the split of the samples',
      seed('--samples-seed'),
      1,
    )
    .addOption(
      new Option(
        '--fit-samples <n>',
        `samples to fit weights to; the others score designs (default: half, at most ${MOST_FIT_SAMPLES})`,
      ).argParser(whole('--fit-samples', 'from 10, such as 100', 10, 1e9)),
    );

const EXAMPLE = 'example:';
/** In place of a path: noise like that of pictures. */
export const SYNTHETIC = 'synthetic';
/** How many are made. */
export const SYNTHETIC_SAMPLES = 200;
/** Samples that are drawn for an example where no number is given. */
const EXAMPLE_SAMPLES = 1000;

/** @throws an input error where samples of an example are no inputs of a network */
const requireInput = (
  { name, graphs: [{ inputs, tensors }] }: Network,
  elements: number,
  spec: string,
): void => {
  const [input] = inputs.map((t) => tensors[t]!);
  const size = (input?.shape ?? []).reduce((a, b) => a * b, 1);
  if (inputs.length !== 1 || input?.type !== 'int8' || size !== elements)
    throw inputError(`${spec}: its samples have ${elements} elements of int8, and ${name} takes others`);
};

/**
 * Reads the samples that a command line names, for a network.
 * @throws an input error, one sentence that names the file, what was expected and what was found
 */
export const loadSamples = (
  spec: string,
  network: Network,
  { samplesLimit, samplesSeed }: SampleOptions,
): Promise<Samples> => {
  if (spec.startsWith(EXAMPLE)) {
    const { inputs, labels } = exampleSamples(
      spec.slice(EXAMPLE.length),
      samplesLimit ?? EXAMPLE_SAMPLES,
      samplesSeed,
    );
    requireInput(network, inputs.length / labels.length, spec);
    return Promise.resolve({ count: labels.length, inputs: [inputs], labels, source: spec });
  }
  if (spec === SYNTHETIC)
    throw usageError(
      `${SYNTHETIC} samples only stand in for real ones when weights are fitted, and nothing is measured on them; pass a file or a folder`,
      'samples',
    );
  return readSamples(spec, network, { limit: samplesLimit, seed: samplesSeed });
};

/** What part of the samples is used. */
export const PARTS = ['all', 'fit', 'score'] as const;

export type Part = (typeof PARTS)[number];

/** A part of the samples. */
export const partOf = (samples: Samples, part: Part, { samplesSeed, fitSamples }: SampleOptions): Samples =>
  part === 'all' ? samples : splitSamples(samples, samplesSeed, fitSamples)[part];
