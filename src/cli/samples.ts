import { Option, type Command } from 'commander';
import { inputError } from '../errors.js';
import type { Network } from '../graph/network.js';
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
      'inputs of the network: a .npy or .npz file, or a folder of .npy or .bin files; docs/accuracy.md describes them',
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

/**
 * Reads the samples that a command line names, for a network.
 * @throws an input error, one sentence that names the file, what was expected and what was found
 */
export const loadSamples = (
  spec: string,
  network: Network,
  { samplesLimit, samplesSeed }: SampleOptions,
): Promise<Samples> => {
  if (spec.startsWith(EXAMPLE))
    throw inputError(`${spec}: no example comes with samples; pass a file or a folder`);
  return readSamples(spec, network, { limit: samplesLimit, seed: samplesSeed });
};

/** What part of the samples is used. */
export const PARTS = ['all', 'fit', 'score'] as const;

export type Part = (typeof PARTS)[number];

/** A part of the samples. */
export const partOf = (samples: Samples, part: Part, { samplesSeed, fitSamples }: SampleOptions): Samples =>
  part === 'all' ? samples : splitSamples(samples, samplesSeed, fitSamples)[part];
