import { Command } from 'commander';
import { usageError } from '../errors.js';
import { explain } from '../explain/explain.js';
import { explanationJson } from '../report/explain-json.js';
import { explanationText } from '../report/explain.js';
import { estimatingOf, printResults, type EstimatingOptions } from './estimating.js';
import { loadModel } from './model.js';
import {
  addCommonOptions,
  addFvpOptions,
  addSystemOptions,
  addWhyOption,
  MODEL_ARGUMENT,
  moreOf,
  type WhyOptions,
} from './options.js';

/** What the command `explain` parses. */
export interface ExplainOptions extends EstimatingOptions, WhyOptions {
  /** Operators of the original model. */
  readonly layers?: readonly number[];
}

const HELP = `
A line per layer: its cycles, its share of the peak MACs, the change that would help most, and what bounds it. Then in full
the three with most cycles, or with --why or --layers all: where their cycles go, the utilisation as a product of named
factors, what bounds them, and the changes that would save cycles according to the cost model. Layers with most cycles
come first; layers with less than 0.5% are only counted. Operators are numbered as in the model, like the sites of a sweep.

Examples:
  paretou explain model.tflite --accelerator-config ethos-u55-128
  paretou explain model.tflite --layers 4,7 --json
  paretou explain example:story_separable_linear --accelerator-config ethos-u55-128`;

function parseOperators(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => part.trim());
  if (numbers.every((part) => /^\d{1,9}$/.test(part))) return numbers.map(Number);
  throw usageError(
    `--layers is "${text}", expected numbers of the model's operators, separated by commas, such as 0,4`,
  );
}

/** Version of the shape in which `--json` reports several explanations. */
export const EXPLANATIONS_SCHEMA = 'paretou/explanations@1';

/**
 * Explains a model on the systems that the options describe.
 * @throws usage and input errors
 */
async function runExplain(spec: string, options: ExplainOptions): Promise<void> {
  const { systems, fvp, evaluate } = estimatingOf(options);
  const loaded = await loadModel(spec);
  const { network } = loaded;
  const wanted = options.layers === undefined ? undefined : new Set(options.layers);
  const results = systems.map((system) =>
    explain(
      evaluate(network, system),
      ({ origin }) => wanted === undefined || wanted.has(origin),
      undefined,
      fvp(loaded),
    ),
  );
  const unknown = (options.layers ?? []).find((operator) =>
    results.every(({ layers, cpuLayers }) =>
      [...layers.map(({ layer }) => layer), ...cpuLayers].every(({ origin }) => origin !== operator),
    ),
  );
  if (unknown !== undefined) {
    throw usageError(
      `--layers: operator ${unknown} of ${spec} has no layer; leave out --layers to see the operators that have one`,
    );
  }
  printResults(results, options, {
    json: explanationJson,
    name: 'explanations',
    schema: EXPLANATIONS_SCHEMA,
    text: (result) =>
      wanted === undefined
        ? explanationText(result, moreOf(options))
        : explanationText(result, { all: true }),
  });
}

/** The command `explain`. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('Explains where the cycles of each layer go and which change would help.')
    .argument('<model>', MODEL_ARGUMENT);
  addSystemOptions(command).option(
    '--layers <list>',
    'only the layers of these operators in full, small ones too',
    parseOperators,
  );
  return addCommonOptions(addFvpOptions(addWhyOption(command)))
    .addHelpText('after', HELP)
    .action((model: string, options: ExplainOptions) => runExplain(model, options));
}
