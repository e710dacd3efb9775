import { Command } from 'commander';
import { join } from 'node:path';
import {
  type Changes,
  changesId,
  changesOf,
  parseDesignId,
  parseSubstitutions,
  parseWidths,
} from '../../search/space/changes.js';
import { designFileName, emitDesign } from '../../search/emit/design-file.js';
import { type NamedBy, nameDesign } from '../../search/emit/named-design.js';
import { appliedRecord } from '../../search/report/apply-json.js';
import { appliedText } from '../../search/report/apply-text.js';
import { describeDesign } from '../../search/report/describe-design.js';
import type { Digits, Space } from '../../search/space/space.js';
import { fittedEvaluators } from '../../search/evaluate/trial/fitted-evaluators.js';
import { fittingFor } from '../../search/evaluate/trial/trial.js';
import { widthsOnly } from '../../search/evaluate/trial/widths-only.js';
import { usageError } from '../errors.js';
import type { Network } from '../graph/network.js';
import { isSameFile, writeWhole } from '../files.js';
import { systemsFor, type DesignSystemOptions } from './design-systems.js';
import { loadModel } from './model.js';
import { addCommonOptions, addSystemOptions, optimiseOf, MODEL_ARGUMENT } from './options.js';
import { measurementJson, measurementText, type Measurement } from '../report/measure.js';
import { measureAgainst } from '../samples/measure.js';
import { splitSamples } from '../samples/split.js';
import { syntheticSamples } from '../samples/synthetic.js';
import { requireFittable } from './sampled.js';
import {
  addSampleOptions,
  loadSamples,
  SYNTHETIC,
  SYNTHETIC_SAMPLES,
  type SampleOptions,
} from './samples.js';
import { note, print, printJson } from './streams.js';

/** What the command `apply` parses. */
export interface ApplyOptions extends DesignSystemOptions, SampleOptions {
  readonly design?: string;
  readonly substitutions?: string;
  readonly widths?: string;
  readonly output?: string;
  readonly outputDir?: string;
}

const HELP = `
Operators are numbered as in the model, like the sites of a sweep. The weights of changed layers are computed
from the old ones; everything else in the file is kept. Retained weights are a proxy, not accuracy: drop-in (at least
0.95), fine-tune (at least 0.8), or retrain. You can copy a design id from ranking.csv. The system in it, such as
@u55-128, selects the figures that are shown, unless --accelerator-config is given.
With --samples the weights are fitted to one part of the samples and measured on the other, as in searches.

Examples:
  paretou apply model.tflite --design 1s.4s2@u55-128
  paretou apply model.tflite --substitutions '1:separable;4:separable*2' --output smaller.tflite
  paretou apply model.tflite --widths '0=24' --accelerator-config u55,u65 --json`;

/** What the command line asks for. */
interface Asked {
  readonly changes: Changes;
  readonly by: NamedBy;
  /** Short form of a system, from a design id. */
  readonly system: string | undefined;
}

const askedFor = ({ design, substitutions, widths }: ApplyOptions): Asked => {
  if (design !== undefined) {
    if (substitutions !== undefined || widths !== undefined)
      throw usageError('--design names the whole design; leave out --substitutions and --widths');
    const { system, ...changes } = parseDesignId(design);
    return { changes, by: { substitutions: '--design', widths: '--design' }, system };
  }
  if (substitutions === undefined && widths === undefined)
    throw usageError('apply needs a design; add --design, --substitutions or --widths');
  const changes = {
    substitutions: parseSubstitutions(substitutions ?? ''),
    widths: parseWidths(widths ?? ''),
  };
  return { changes, by: { substitutions: '--substitutions', widths: '--widths' }, system: undefined };
};

/** A design's weights fitted to samples, and what they are worth on others. */
interface Fitted {
  readonly network: Network;
  /** Absent where the samples only stand in for real ones. */
  readonly measurement?: Measurement;
}

/** @throws usage and input errors, also where the network cannot be run or fitted */
const fitToSamples = async (
  space: Space,
  digits: Digits,
  options: ApplyOptions,
): Promise<Fitted | undefined> => {
  const { samples: path, samplesSeed: seed, fitSamples } = options;
  if (path === undefined) return undefined;
  requireFittable(space);
  if (path === SYNTHETIC) {
    const stand = syntheticSamples(space.network, SYNTHETIC_SAMPLES, seed);
    return { network: widthsOnly(fittingFor({ space, fit: stand, score: stand }), space).network(digits) };
  }
  const samples = await loadSamples(path, space.network, options);
  const { fit, score } = splitSamples(samples, seed, fitSamples);
  const network = fittingFor({ space, fit, score }).network(digits);
  const quality = measureAgainst(network, space.network, score, () => undefined);
  const on = { count: score.count, part: 'score', path, seed };
  const { name } = space.network;
  return { network, measurement: { model: changesId(changesOf(space, digits)), against: name, quality, on } };
};

/**
 * Writes the file of the design that the options name, and prints what changes.
 * @throws usage and input errors, before anything is written
 */
async function runApply(path: string, options: ApplyOptions): Promise<void> {
  const { changes, by, system } = askedFor(options);
  const systems = systemsFor(options, system, '--design');
  const { model, network } = await loadModel(path);
  const { space, digits } = nameDesign(network, changes, by, { systems, optimise: optimiseOf(options) });
  const fitted = await fitToSamples(space, digits, options);
  const applied = describeDesign(space, digits, fitted && fittedEvaluators(fitted.network, digits));
  const bytes = emitDesign(model, space, digits, fitted?.network);
  const directory = options.outputDir ?? join('results', network.name);
  const file = options.output ?? join(directory, designFileName(network.name, applied.design));
  if (isSameFile(file, path))
    throw usageError(`${file} is the model itself; name another file with --output`);
  writeWhole(file, bytes);
  if (options.json) {
    printJson({
      ...appliedRecord(applied),
      ...(fitted?.measurement && { measured: measurementJson(fitted.measurement) }),
      file,
      bytes: bytes.length,
    });
  } else if (!options.quiet) {
    print(appliedText(applied));
    if (fitted?.measurement) print(`\n${measurementText(fitted.measurement)}`);
    note(`wrote ${file}`);
  }
}

/** The command `apply`. */
export function applyCommand(): Command {
  const command = new Command('apply')
    .description('Writes the .tflite of a given design, and says what it changes.')
    .argument('<model>', MODEL_ARGUMENT)
    .option('--design <id>', 'design id, as in the design column of ranking.csv')
    .option('--substitutions <list>', 'what operators become, <operator>:<option> joined with ;')
    .option('--widths <list>', 'channels of width groups, <operator>=<channels> joined with ;')
    .option('--output <file>', 'file to write (default: <model>-<design>.tflite in --output-dir)')
    .option('--output-dir <folder>', 'where the file goes (default: results/<name of the model>)');
  addSampleOptions(command);
  addSystemOptions(command, null);
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((model: string, options: ApplyOptions) => runApply(model, options));
}
