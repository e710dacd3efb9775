import { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { findCliffs } from '../../search/explore/cliffs/find-cliffs.js';
import { AROUND } from '../../search/explore/cliffs/points.js';
import { cliffsRecord } from '../../search/report/cliffs-json.js';
import { cliffsText } from '../../search/report/cliffs-text.js';
import { buildSpace } from '../../search/space/build-space.js';
import { EXIT_CODES } from '../errors.js';
import { withRun } from './interrupt.js';
import { loadModel } from './model.js';
import { whole } from './numbers.js';
import {
  addCommonOptions,
  addSystemOptions,
  MODEL_ARGUMENT,
  optimiseOf,
  type CommonOptions,
  type SystemOptions,
} from './options.js';
import { addPartOptions, onPart, partOf, type PartOptions } from './parts.js';
import { placementLines, placementsOf } from './placements.js';
import { showProgress } from './progress.js';
import { print, printJson, speaker } from './streams.js';
import { systemChoices } from './system-choices.js';

/** What the command `cliffs` parses. */
export interface CliffsOptions extends SystemOptions, CommonOptions, PartOptions {
  readonly around: number;
  readonly all?: boolean;
  readonly jobs?: number;
}

const HELP = `
Going from 16 to 17 channels can double the cycles and the memory: feature maps lie in bricks of 16 channels, and the NPU
works in blocks of channels. This command shows where such steps are, which wider number of channels costs nothing, and
which narrower one gains nothing: for every width group (the feature maps whose channel counts must agree), for all groups
of the same width together, and for every convolution alone. The figures are those of the network that
paretou apply --widths writes.

Examples:
  paretou cliffs model.tflite --accelerator-config ethos-u55-128
  paretou cliffs example:story_standard --around 8 --all`;

/**
 * Prints what the network costs by its numbers of channels.
 * @throws usage and input errors
 */
const runCliffs = (path: string, given: CliffsOptions): Promise<void> => {
  const say = speaker(given);
  return withRun({ say }, async ({ signal }) => {
    const options = onPart(given, await partOf(given));
    const systems = systemChoices(options);
    const { network } = await loadModel(path);
    const optimise = optimiseOf(options);
    const placements = placementsOf(buildSpace(network, { systems, optimise }), path);
    const progress = showProgress({ unit: 'networks', total: undefined, wanted: options.quiet !== true });
    const found = await findCliffs({
      network,
      systems,
      optimise,
      around: options.around,
      evaluate: { jobs: options.jobs ?? availableParallelism(), signal },
      onProgress: progress.update,
    }).finally(() => progress.stop());
    if (options.json) printJson(cliffsRecord(network.name, found));
    else if (!options.quiet)
      print(
        [cliffsText(found, network, { all: options.all === true }), ...placementLines(placements)].join('\n'),
      );
    if (found.interrupted) process.exitCode = EXIT_CODES.interrupted;
  });
};

/** The command `cliffs`. */
export function cliffsCommand(): Command {
  const command = new Command('cliffs')
    .description(
      'Shows what a network costs by its numbers of channels, and where one channel more costs a lot.',
    )
    .argument('<model>', MODEL_ARGUMENT);
  addPartOptions(addSystemOptions(command))
    .option(
      '--around <n>',
      'channels fewer and more than today’s, at most',
      whole('--around', 'from 1 to 4096, such as 24', 1, 4096),
      AROUND,
    )
    .option('--all', 'sketch every curve, not only those that stand out')
    .option(
      '--jobs <n>',
      'worker threads (default: one per processor)',
      whole('--jobs', 'from 1 to 512', 1, 512),
    );
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((model: string, options: CliffsOptions) => runCliffs(model, options));
}
