import { Command } from 'commander';
import { baselineText, readBaseline } from '../budget/baseline.js';
import { readBudget, type Budget } from '../budget/budget-file.js';
import { check, type Checked } from '../budget/check.js';
import { budgetFigures } from '../budget/figures.js';
import { fitOf } from '../budget/fit.js';
import { EXIT_CODES, usageError } from '../errors.js';
import { describe } from '../estimate/describe.js';
import { appendText, writeWhole } from '../files.js';
import { fvpEstimate } from '../fvp/fvp.js';
import { fitJson, fitLines } from '../report/fit.js';
import { checkJson, checkMarkdown, checkText, overSentences } from '../report/check.js';
import { messageLine } from '../safe-text.js';
import { plural } from '../text.js';
import { estimatingOf, printResults, type EstimatingOptions } from './estimating.js';
import { loadModel } from './model.js';
import { addPartOptions, onPart, partOf, type PartOptions } from './parts.js';
import { addCommonOptions, addFvpOptions, addSystemOptions, MODEL_ARGUMENT } from './options.js';
import { note } from './streams.js';
import { readText } from './texts.js';

/** What the command `check` parses. */
export interface CheckOptions extends EstimatingOptions, PartOptions {
  readonly budget?: string;
  readonly writeBaseline?: string;
}

const HELP = `
A budget is a YAML file; every key is optional:

  most:
    cycles: 2000000
    ms: 4
    fvp_ms: 5
    sram: 256 KiB
    flash: 1 MiB
    cpu_operators: 0
  baseline:
    file: baseline.json
    most_over: { cycles: 2%, sram: 0% }
    no_operator_leaves_the_npu: true

--write-baseline writes the figures of today, for most_over and no_operator_leaves_the_npu. Operators are matched by index
and name. Ends with exit code 4 if a limit is not met. Where GITHUB_STEP_SUMMARY names a file, a table in Markdown is
added to it.

Examples:
  paretou check model.tflite --budget budget.yaml --accelerator-config ethos-u55-128
  paretou check model.tflite --write-baseline baseline.json --accelerator-config ethos-u55-128`;

/** Version of the shape in which `--json` reports several systems. */
export const CHECKS_SCHEMA = 'paretou/checks@1';

const NO_LIMITS: Budget = { most: new Map() };

/**
 * Holds a network against a budget, and writes a baseline where one is asked for.
 * @throws usage and input errors
 */
async function runCheck(path: string, given: CheckOptions): Promise<void> {
  const { budget: file, writeBaseline } = given;
  if (file === undefined && writeBaseline === undefined && given.part === undefined)
    throw usageError(
      'check needs a budget, a part or a baseline to write; add --budget, --part or --write-baseline',
    );
  const part = await partOf(given);
  const options = onPart(given, part);
  const budget = file === undefined ? NO_LIMITS : readBudget(file);
  const { baseline } = budget;
  // Read before it is written, perhaps to the same file.
  const before = baseline && readBaseline(readText(baseline.file), baseline.file);
  const { systems, fvp: fvpOptions, evaluate, say } = estimatingOf(options);
  const loaded = await loadModel(path);
  const { name } = loaded.network;
  const figures = systems.map((system) => {
    const evaluation = evaluate(loaded.network, system, path);
    return budgetFigures(describe(evaluation), evaluation, fvpEstimate(evaluation, fvpOptions(loaded)));
  });
  if (writeBaseline !== undefined) {
    writeWhole(writeBaseline, baselineText(name, figures));
    say(`wrote ${writeBaseline}`);
    if (file === undefined && part === undefined) return;
  }
  const results = figures.map((each) => {
    const fit = part && fitOf(part, each);
    return { fit, checked: check(budget, each, { baseline: before?.(each), fit }) };
  });
  printResults(results, options, {
    json: ({ checked, fit }) => ({ ...checkJson(checked, name), ...(fit && { fit: fitJson(fit) }) }),
    name: 'checks',
    schema: CHECKS_SCHEMA,
    text: ({ checked, fit }) => [checkText(checked, name), ...(fit ? fitLines(fit) : [])].join('\n'),
  });
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '')
    appendText(summary, results.map(({ checked }) => `${checkMarkdown(checked, name)}\n`).join(''));
  fail(
    results.map(({ checked }) => checked),
    name,
  );
}

/** Says what is over, and sets the exit code. */
function fail(results: readonly Checked[], model: string): void {
  for (const checked of results.filter(({ met }) => !met)) {
    const [first, ...others] = overSentences(checked);
    const more = others.length === 0 ? '' : ` (and ${plural(others.length, 'more limit', 'more limits')})`;
    const message = `${model} is over its budget on ${checked.figures.accelerator}: ${first!}${more}`;
    note(`error: ${messageLine(message)}`);
    process.exitCode = EXIT_CODES.unmet;
  }
}

/** The command `check`. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('Holds a network against a budget, and fails if it takes more.')
    .argument('<model>', MODEL_ARGUMENT)
    .option('--budget <file.yaml>', 'what the network may take')
    .option('--write-baseline <file.json>', 'file to write with the figures of today');
  addSystemOptions(command);
  return addCommonOptions(addPartOptions(addFvpOptions(command)))
    .addHelpText('after', HELP)
    .action((model: string, options: CheckOptions) => runCheck(model, options));
}
