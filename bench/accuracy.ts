import { Option, type Command } from 'commander';
import { loadModel } from '../src/cli/model.js';
import { loadSamples, type SampleOptions } from '../src/cli/samples.js';
import { note } from '../src/cli/streams.js';
import type { Network } from '../src/graph/network.js';
import { createComparison, type ComparedQuality } from '../src/samples/measure.js';
import { splitSamples, type SplitSamples } from '../src/samples/split.js';
import { applierOf } from '../search/emit/apply.js';
import { measureChoices } from '../search/evaluate/trial/choice-noise.js';
import { openTrials, type Trials } from '../search/evaluate/trial/trials.js';
import { designId } from '../search/space/changes.js';
import { below, seededRandom } from '../search/space/random.js';
import { varyingRadices, type Space } from '../search/space/space.js';
import { left, markdownTable, right } from './markdown.js';
import { spaceOf } from './space.js';
import { quantile, spearman } from './statistics.js';

/** What the tables of accuracy are made with. */
export interface AccuracyOptions extends SampleOptions {
  readonly jobs: number;
  /** Random designs. */
  readonly designs: number;
  readonly options: string;
  readonly widths: string;
}

/** Adds them to a command. */
export const withAccuracyOptions = (command: Command): Command =>
  command
    .addOption(new Option('--samples <path>', 'samples with labels').default('example:glyphs'))
    .option('--samples-limit <n>', 'most samples', Number, 2200)
    .option('--samples-seed <n>', 'seed of their choice and split', Number, 1)
    .option('--fit-samples <n>', 'samples to fit weights to', Number)
    .option('--designs <n>', 'random designs of two to six changes', Number, 100)
    .option('--options <list>', 'options of the sites', 'all')
    .option('--widths <list>', 'fractions of the channels', '0.25,0.5,0.75,1');

/** Random designs of two to six changes, each choice as likely as any other at its place. */
const randomDesigns = (space: Space, count: number): Uint16Array[] => {
  const rng = seededRandom(1);
  const radices = varyingRadices(space);
  const varying = radices.flatMap((radix, position) => (radix > 1 ? [position] : []));
  return Array.from({ length: count }, () => {
    const digits = new Uint16Array(radices.length + 1);
    const changes = 2 + below(rng, Math.min(5, varying.length - 1));
    const left = varying.slice();
    for (let c = 0; c < changes; c++) {
      const [position] = left.splice(below(rng, left.length), 1);
      digits[position!] = 1 + below(rng, radices[position!]! - 1);
    }
    return digits;
  });
};

/** Designs with one change: each site's and group's first option and narrowest width. */
const singleDesigns = (space: Space): Uint16Array[] =>
  varyingRadices(space).flatMap((radix, position) => {
    if (radix < 2) return [];
    const digits = new Uint16Array(varyingRadices(space).length + 1);
    digits[position] = 1;
    return [digits];
  });

const percent = (mean: { readonly value: number } | undefined): string =>
  mean === undefined ? '' : (100 * mean.value).toFixed(1);

const noiseText = (noise: number | undefined): string => (noise === undefined ? '' : noise.toFixed(3));

const qualities = async (trials: Trials, designs: readonly Uint16Array[]): Promise<ComparedQuality[]> => {
  const answers = await trials.ask(designs.map((digits) => ({ kind: 'quality', digits })));
  return answers.map((answer) => answer!.quality!);
};

/** Weights of the original against weights fitted to samples, for the same designs. */
const plainAgainstFitted = async (
  space: Space,
  { score }: SplitSamples,
  trials: Trials,
  designs: readonly Uint16Array[],
): Promise<string> => {
  const fitted = await qualities(trials, designs);
  const compare = createComparison(space.network, score);
  const rows = designs.map((digits, i) => {
    const network: Network = applierOf(space).network(digits);
    const plain = compare(network);
    const after = fitted[i]!;
    return [
      `\`${designId(space, digits).split('@')[0]!}\``,
      noiseText(plain.outputNoise),
      noiseText(after.outputNoise),
      percent(plain.agreement),
      percent(after.agreement),
      percent(plain.accuracy),
      percent(after.accuracy),
    ];
  });
  const measured = right('noise', 'fitted', 'agreement %', 'fitted', 'accuracy %', 'fitted');
  return markdownTable([...left('design'), ...measured], rows);
};

/** What the sums of the choices' noise say against what was measured. */
const predictedAgainstMeasured = (
  space: Space,
  designs: readonly Uint16Array[],
  measured: readonly ComparedQuality[],
): string => {
  const predicted = designs.map((digits) => applierOf(space).weights(digits).noise);
  const noises = measured.map(({ outputNoise }) => outputNoise ?? NaN);
  const accuracies = measured.map(({ accuracy, agreement }) => (accuracy ?? agreement)?.value ?? NaN);
  const losses = accuracies.map((value) => -value);
  const ratios = noises.map((noise, i) => noise / predicted[i]!);
  const what = measured[0]?.accuracy === undefined ? 'agreement' : 'accuracy';
  return markdownTable(
    [...left('random designs of 2 to 6 changes'), ...right(String(designs.length))],
    [
      ['Spearman, predicted against measured noise', spearman(predicted, noises).toFixed(3)],
      [`Spearman, predicted noise against lost ${what}`, spearman(predicted, losses).toFixed(3)],
      ['measured over predicted noise, 10 %', quantile(ratios, 0.1).toFixed(2)],
      ['measured over predicted noise, median', quantile(ratios, 0.5).toFixed(2)],
      ['measured over predicted noise, 90 %', quantile(ratios, 0.9).toFixed(2)],
      [
        `least and greatest ${what} %`,
        [Math.min, Math.max].map((f) => (100 * f(...accuracies)).toFixed(1)).join(', '),
      ],
    ],
  );
};

/** Tables of what fitting is worth, and of how well noise is predicted. */
export const accuracyReport = async (path: string, options: AccuracyOptions): Promise<string> => {
  const { network } = await loadModel(path);
  const samples = await loadSamples(options.samples!, network, options);
  const split = splitSamples(samples, options.samplesSeed, options.fitSamples);
  const plain = spaceOf(
    network,
    [{ accelerator: 'ethos-u55-128' }],
    `options: [${options.options}]\nwidths: [${options.widths}]\n`,
  );
  note(`measuring the choices of ${network.name}`);
  const trials = openTrials({ space: plain, ...split }, { jobs: options.jobs });
  try {
    const { space } = await measureChoices(trials, {});
    note('measuring designs');
    const singles = await plainAgainstFitted(space, split, trials, singleDesigns(space));
    const designs = randomDesigns(space, options.designs);
    const random = predictedAgainstMeasured(space, designs, await qualities(trials, designs));
    return `${network.name}: ${split.fit.count} samples to fit weights to, ${split.score.count} to score designs with\n\n${singles}\n\n${random}`;
  } finally {
    await trials.close();
  }
};
