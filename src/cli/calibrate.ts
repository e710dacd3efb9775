import { Command } from 'commander';
import { inputError, usageError } from '../errors.js';
import { createEstimator, type Estimator } from '../estimate/estimate.js';
import { writeWhole } from '../files.js';
import { calibrate, type Log } from '../fvp/calibrate/calibrate.js';
import { readLog } from '../fvp/calibrate/logs.js';
import { isTable, readTable } from '../fvp/calibrate/table.js';
import { measurable } from '../fvp/fvp.js';
import type { ProfileName } from '../fvp/profiles.js';
import { acceleratorByName } from '../npu/accelerators.js';
import type { AcceleratorName } from '../npu/accelerator-names.js';
import type { System } from '../npu/system.js';
import { calibrationText } from '../report/calibration.js';
import { loadModel } from './model.js';
import {
  addCommonOptions,
  addProfileOption,
  addSystemOptions,
  optimiseOf,
  systemsOf,
  type CommonOptions,
  type SystemOptions,
} from './options.js';
import { print, printJson, speaker } from './streams.js';
import { readText, sha256 } from './texts.js';
import { version } from './version.js';

/** What the command `calibrate` parses. */
export interface CalibrateOptions extends SystemOptions, CommonOptions {
  readonly fvpProfile?: ProfileName;
  readonly output: string;
}

const HELP = `
A log is a file with the NPU's cycle counts (Arm's evaluation kit, or ethosu_pmu_cycle_cntr of ExecuTorch, Zephyr and
the core software), a CSV table with the columns model, accelerator and cycles, or a number of cycles. The system of a
log cannot be read from it: name it with --accelerator-config, --system-config and --memory-mode.

It pays for memories that are not those of the profile, and for one network on several accelerators. It does not make
figures better for an FVP whose memory timing is known. One log gives the latency of the second memory, if the network
depends on it; three give the cycles of SRAM too, ten the latencies of a layer.

Examples:
  paretou calibrate model.tflite=run.log --accelerator-config ethos-u85-256
  paretou calibrate a.tflite=runs.csv b.tflite=123456 --accelerator-config ethos-u55-128 --output board.json
  paretou estimate model.tflite --calibration board.json`;

/** Measured cycles of a model on a system. */
interface Count {
  readonly name: string;
  /** SHA-256 of the log. */
  readonly hash: string;
  readonly system: System;
  readonly cycles: number;
}

function splitArgument(argument: string): readonly [model: string, log: string] {
  const at = argument.lastIndexOf('=');
  if (at > 0 && at < argument.length - 1) return [argument.slice(0, at), argument.slice(at + 1)];
  throw usageError(`"${argument}" is not a model and its log; write MODEL=LOG, such as model.tflite=run.log`);
}

/** The one system that the options describe. */
function onlySystem(options: SystemOptions, say: (message: string) => void): System {
  const systems = systemsOf(options, (message) => say(`warning: ${message}`));
  if (systems.length === 1) return systems[0]!;
  throw usageError(
    'a log is of one system; name one with --accelerator-config, --system-config and --memory-mode',
  );
}

function countsOf(
  log: string,
  network: string,
  options: CalibrateOptions,
  say: (message: string) => void,
): readonly Count[] {
  const macsOf = (system: System): number => acceleratorByName(system.accelerator).macsPerCycle;
  if (/^\d+$/.test(log)) {
    const system = onlySystem(options, say);
    const { cycles } = readLog(log, { file: 'the number of cycles' });
    return [{ name: log, hash: sha256(log), system, cycles }];
  }
  const text = readText(log);
  if (!isTable(text)) {
    const system = onlySystem(options, say);
    const { cycles, warnings } = readLog(text, { file: log, macs: macsOf(system) });
    warnings.forEach((warning) => say(`warning: ${warning}`));
    return [{ name: log, hash: sha256(text), system, cycles }];
  }
  const rows = readTable(text, log).filter(({ model }) => model === network || model === `${network}.tflite`);
  if (rows.length === 0) throw inputError(`${log}: it has no row of the model ${network}`);
  return rows.map(({ line, accelerator, systemConfig, memoryMode, cycles }) => ({
    name: `${log}:${line}`,
    hash: sha256(text),
    cycles: readLog(String(cycles), { file: `${log}:${line}` }).cycles,
    system: onlySystem(
      {
        ...options,
        acceleratorConfig: accelerator,
        ...(systemConfig !== undefined && { systemConfig }),
        ...(memoryMode !== undefined && { memoryMode }),
      },
      say,
    ),
  }));
}

async function logsOf(
  argument: string,
  options: CalibrateOptions,
  estimator: Estimator,
  say: (message: string) => void,
): Promise<readonly Log[]> {
  const [spec, log] = splitArgument(argument);
  const { model, network } = await loadModel(spec);
  return countsOf(log, network.name, options, say).map(({ name, hash, system, cycles }) => {
    const program = estimator.compile(network, system.accelerator, spec);
    const evaluation = estimator.evaluate(program, system, { optimise: optimiseOf(options), file: spec });
    const parts = measurable(evaluation, options.fvpProfile);
    if ('refused' in parts)
      throw inputError(`${name}: there are no FVP-like cycles of ${spec}: ${parts.refused}`);
    const { timing, layers } = parts;
    return {
      name,
      hash,
      model: sha256(model.source),
      network: network.name,
      system,
      profile: timing.profile,
      measured: {
        accelerator: system.accelerator as AcceleratorName,
        memory: timing.memory,
        layers,
        cycles,
      },
    };
  });
}

async function runCalibrate(pairs: readonly string[], options: CalibrateOptions): Promise<void> {
  const say = speaker(options);
  const estimator = createEstimator();
  const logs: Log[] = [];
  for (const pair of pairs) logs.push(...(await logsOf(pair, options, estimator, say)));
  const { calibration, fitted, errors } = calibrate(logs, {
    tool_version: version(),
    date: new Date().toISOString().slice(0, 10),
  });
  writeWhole(options.output, `${JSON.stringify(calibration, null, 2)}\n`);
  if (options.json) printJson({ ...calibration, kept: fitted.kept ?? null, left_out: errors });
  else if (!options.quiet) print(calibrationText(calibration, fitted, errors));
  say(`wrote ${options.output}`);
}

/** The command `calibrate`. */
export function calibrateCommand(): Command {
  const command = new Command('calibrate')
    .description('Fits the FVP-like cycles to cycle counts that you measured.')
    .argument('<model=log...>', 'a model, as for estimate, and the log or the cycles of its run');
  addProfileOption(addSystemOptions(command)).option(
    '--output <file>',
    'where the calibration goes',
    'calibration.json',
  );
  return addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((pairs: readonly string[], options: CalibrateOptions) => runCalibrate(pairs, options));
}
