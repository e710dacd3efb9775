import { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT_CODES } from '../errors.js';
import { createEstimator } from '../estimate/estimate.js';
import { loadNetwork } from '../graph/load.js';
import type { System } from '../npu/system.js';
import { verificationJson, verificationLines, verify, type Verification } from '../report/verify.js';
import { plural } from '../text.js';
import { writeFinalists, type FinalistOptions } from './finalists.js';
import { withRun, type Run } from './interrupt.js';
import { number } from './numbers.js';
import { addCommonOptions, addSystemOptions, MODEL_ARGUMENT, optimiseOf } from './options.js';
import { print, printJson, speaker } from './streams.js';
import { runVela, velaVersion, writeConfigs, type VelaFailure, type VelaRunner } from './vela.js';

/** What the command `verify` parses. */
export interface VerifyOptions extends FinalistOptions {
  readonly vela: string;
  readonly seconds: number;
}

/** Version of the shape of what `--json` prints. */
export const VERIFY_SCHEMA = 'paretou/verify@1';

/** The version of the compiler whose figures are estimated. */
const VERSION = '5.1.0';

const HELP = `
Runs the Vela that is installed on this machine on the model, or on the files of designs as apply writes them, and
compares every column of its two CSV files. Exit code 0 if all figures are equal, 4 if any differs or a run failed,
3 if there is no Vela. Install it with: pip install ethos-u-vela

Examples:
  paretou verify model.tflite --accelerator-config ethos-u55-128,ethos-u85-256
  paretou verify model.tflite --designs 1s.4s2@u55-128,1s@u55-128
  paretou verify model.tflite --vela ~/venv/bin/vela`;

/** What came of one file on one system. */
interface Outcome {
  readonly name: string;
  readonly system: System;
  readonly result: Verification | VelaFailure;
}

const verifyAll = async (
  model: string,
  options: VerifyOptions,
  runner: VelaRunner,
  folder: string,
): Promise<Outcome[]> => {
  const say = speaker(options);
  const finalists = await writeFinalists(model, options, folder);
  const configs = writeConfigs(options.config, folder);
  const estimator = createEstimator();
  const optimise = optimiseOf(options);
  const outcomes: Outcome[] = [];
  for (const { name, file, systems } of finalists) {
    const { network } = loadNetwork(file);
    for (const system of systems) {
      if (runner.signal.aborted) return outcomes;
      say(`compiling ${name} for ${system.accelerator}`);
      const estimate = estimator.estimate(network, system, { optimise, file });
      const reports = await runVela(runner, {
        ...{ model: file, system, configs, optimise },
        arenaCacheSize: options.arenaCacheSize,
        folder: join(folder, `run-${outcomes.length}`),
      });
      outcomes.push({ name, system, result: 'failed' in reports ? reports : verify(estimate, reports) });
    }
  }
  return outcomes;
};

const isEqual = ({ result }: Outcome): boolean => !('failed' in result) && result.equal;

const outcomeText = ({ name, system, result }: Outcome): string => {
  const title = `${name} on ${system.accelerator}, ${system.systemConfig}, ${system.memoryMode}`;
  return [
    ...('failed' in result
      ? [`${title}: not compared, since ${result.failed}`]
      : [`${title}: ${result.equal ? 'equal' : 'different'}`, ...verificationLines(result)]),
  ].join('\n');
};

const outcomeJson = ({ name, system, result }: Outcome): object => ({
  design: name,
  accelerator: system.accelerator,
  system_config: system.systemConfig,
  memory_mode: system.memoryMode,
  ...('failed' in result ? { equal: false, failed: result.failed } : verificationJson(result)),
});

/** What came of all files on all systems; some are missing where it was interrupted. */
interface Outcomes {
  readonly outcomes: readonly Outcome[];
  readonly interrupted: boolean;
  /** Version of the compiler. */
  readonly found: string | undefined;
}

const report = ({ outcomes, interrupted, found }: Outcomes, options: VerifyOptions): void => {
  const equal = outcomes.filter(isEqual).length;
  if (options.json) {
    printJson({
      schema: VERIFY_SCHEMA,
      vela: { path: options.vela, version: found ?? null },
      equal: !interrupted && equal === outcomes.length,
      runs: outcomes.map(outcomeJson),
    });
  } else if (!options.quiet) {
    const other = found === VERSION ? '' : `; the figures here are those of ${VERSION}`;
    print(
      [
        `Vela ${found ?? 'of an unknown version'} (${options.vela})${other}`,
        ...outcomes.map(outcomeText),
        `${equal} of ${plural(outcomes.length, 'run')} equal in all figures`,
      ].join('\n'),
    );
  }
  if (interrupted) process.exitCode = EXIT_CODES.interrupted;
  else if (equal < outcomes.length) process.exitCode = EXIT_CODES.unmet;
};

/**
 * Compares the figures of a model or of its designs with those of the user's compiler, prints how, and sets the exit
 * code.
 * @throws usage and input errors; an input error where there is no compiler
 */
const verifyWithin = async (model: string, options: VerifyOptions, { signal }: Run): Promise<void> => {
  const runner: VelaRunner = { path: options.vela, seconds: options.seconds, signal };
  const found = await velaVersion(runner);
  const folder = mkdtempSync(join(tmpdir(), 'paretou-verify-'));
  try {
    const outcomes = await verifyAll(model, options, runner, folder);
    report({ outcomes, interrupted: signal.aborted, found }, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The command `verify`. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('Compares the figures of a model with those of the Vela that is installed on this machine.')
    .argument('<model>', MODEL_ARGUMENT)
    .option('--designs <ids>', 'designs instead of the model itself: ids of ranking.csv, separated by commas')
    .option('--vela <path>', 'the program to run', 'vela')
    .option(
      '--seconds <n>',
      'time limit of each run of Vela',
      number('--seconds', 'a number of seconds from 0.001, such as 600', 0.001, 1e6),
      600,
    );
  addSystemOptions(command, null);
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((model: string, options: VerifyOptions) =>
      withRun({ say: speaker(options) }, (run) => verifyWithin(model, options, run)),
    );
}
