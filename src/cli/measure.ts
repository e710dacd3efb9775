import { Command, Option } from 'commander';
import { usageError } from '../errors.js';
import { measurementJson, measurementText, type Measurement } from '../report/measure.js';
import { measureAgainst, measureAlone } from '../samples/measure.js';
import { loadModel } from './model.js';
import { addCommonOptions, MODEL_ARGUMENT, type CommonOptions } from './options.js';
import { showProgress } from './progress.js';
import { addSampleOptions, loadSamples, partOf, PARTS, type Part, type SampleOptions } from './samples.js';
import { print, printJson } from './streams.js';

/** What the command `measure` parses. */
export interface MeasureOptions extends SampleOptions, CommonOptions {
  readonly against?: string;
  readonly part: Part;
}

const HELP = `
MODEL is the changed network, and --against names the original that it was made from. Measured are the accuracy of both,
where the samples have labels; the agreement, which is the share of samples that get the same class from both; and the
output noise, which is the mean squared difference of their outputs before softmax over the variance of the original's.
Without --against only the accuracy is measured.

Searches fit weights to one part of the samples and score designs with the other; --part selects one of them, with the
same --samples-limit, --samples-seed and --fit-samples.

Examples:
  paretou measure smaller.tflite --against model.tflite --samples clips.npz
  paretou measure model.tflite --samples images/ --samples-limit 500 --json`;

/**
 * Measures a network on samples.
 * @throws usage and input errors
 */
async function runMeasure(model: string, options: MeasureOptions): Promise<void> {
  const { against, part } = options;
  if (options.samples === undefined)
    throw usageError('samples are needed: a .npy or .npz file, or a folder; pass them with --samples');
  const changed = (await loadModel(model)).network;
  const original = against === undefined ? undefined : (await loadModel(against)).network;
  const samples = partOf(await loadSamples(options.samples, changed, options), part, options);

  const progress = showProgress({ unit: 'samples', total: samples.count, wanted: options.quiet !== true });
  let done = 0;
  const onMeasured = (more: number): void => progress.update((done += more));
  const measured = (): Measurement['quality'] =>
    original === undefined
      ? measureAlone(changed, samples, onMeasured)
      : measureAgainst(changed, original, samples, onMeasured);
  let quality: Measurement['quality'];
  try {
    quality = measured();
  } finally {
    progress.stop();
  }

  const on = { count: samples.count, part, path: options.samples, seed: options.samplesSeed };
  const measurement = { model, against, quality, on };
  if (options.json) printJson(measurementJson(measurement));
  else if (!options.quiet) print(measurementText(measurement));
}

/** The command `measure`. */
export function measureCommand(): Command {
  const command = new Command('measure')
    .description('Runs a network on samples, and measures its accuracy and how far it is from the original.')
    .argument('<model>', MODEL_ARGUMENT)
    .option('--against <model>', 'the original to compare it with, in the same form');
  addSampleOptions(command).addOption(
    new Option('--part <name>', 'which samples to measure on').choices(PARTS).default('all' satisfies Part),
  );
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((model: string, options: MeasureOptions) => runMeasure(model, options));
}
