import { Option, type Command } from 'commander';
import { usageError } from '../errors.js';
import { PROFILE_NAMES, type ProfileName } from '../fvp/profiles.js';
import { DEFAULT_ACCELERATOR, parseAcceleratorList } from '../npu/accelerator-names.js';
import { loadConfiguration } from '../npu/configuration.js';
import { resolveSystem } from '../npu/resolve.js';
import type { System } from '../npu/system.js';
import { systemsFrom } from '../npu/system-lists.js';
import { didYouMean } from '../suggest.js';
import { addReferenceOptions } from './reference-options.js';

/** What the compiler can be asked to save: time, or memory. */
export const OPTIMISE = ['Performance', 'Size'] as const;

export type Optimise = (typeof OPTIMISE)[number];

/** What {@link addSystemOptions} parses. */
export interface SystemOptions {
  readonly acceleratorConfig: string;
  readonly config: readonly string[];
  readonly systemConfig?: string;
  readonly memoryMode?: string;
  readonly optimise?: Optimise;
  readonly optimize?: Optimise;
  readonly arenaCacheSize?: number;
}

/** What {@link addCommonOptions} parses. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/**
 * Adds the options that say what to estimate for, named as the reference compiler names them.
 * @param defaultAccelerators list for an omitted `--accelerator-config`; null for none
 */
export function addSystemOptions(
  command: Command,
  defaultAccelerators: string | null = DEFAULT_ACCELERATOR,
): Command {
  return command
    .option(
      '--accelerator-config <list>',
      'accelerators, separated by commas; all, u55, u65 and u85 stand for groups',
      defaultAccelerators ?? undefined,
    )
    .addOption(
      new Option('--config <file.ini>', 'configuration file with systems and memory modes; may be repeated')
        .argParser((file: string, files: readonly string[]) => [...files, file])
        .default([] as readonly string[], 'those that come with the program'),
    )
    .option(
      '--system-config <list>',
      'systems of the configuration, separated by commas, or all (default: by accelerator)',
    )
    .option(
      '--memory-mode <list>',
      'memory modes of the configuration, separated by commas, or all (default: by accelerator)',
    )
    .addOption(
      new Option('--optimise <goal>', 'Performance or Size (default: Performance)').argParser(parseOptimise),
    )
    .addOption(new Option('--optimize <goal>').argParser(parseOptimise).hideHelp())
    .option(
      '--arena-cache-size <bytes>',
      'limit of the fast memory, instead of the configuration’s',
      (text) => parseWhole('--arena-cache-size', text, 'bytes'),
    );
}

/** Adds the options of FVP-like cycles. */
export const addFvpOptions = (command: Command): Command =>
  addProfileOption(command).option('--calibration <file>', 'what calibrate wrote, for the FVP-like cycles');

/** Adds the option that names a memory timing. */
export const addProfileOption = (command: Command): Command =>
  command.addOption(
    new Option(
      '--fvp-profile <name>',
      `memory timing of the FVP-like cycles: ${PROFILE_NAMES.join(', ')} (default: by system)`,
    ).argParser(parseProfile),
  );

function parseProfile(text: string): ProfileName {
  const profile = PROFILE_NAMES.find((name) => name === text);
  if (profile !== undefined) return profile;
  throw usageError(
    `--fvp-profile is "${text}", expected one of ${PROFILE_NAMES.join(', ')}${didYouMean(text, PROFILE_NAMES)}`,
  );
}

/** What an argument that names a model may be. */
export const MODEL_ARGUMENT = 'a .tflite file, or example:NAME for a network that comes with the program';

/** Adds the options that every command has. */
export const addCommonOptions = (command: Command): Command => {
  command
    .option('--json', 'print one JSON object instead of a report')
    .option('-q, --quiet', 'print nothing but errors, and the object of --json')
    .option('--debug', 'show where an error arose');
  return addReferenceOptions(command);
};

/** What {@link addWhyOption} parses. */
export interface WhyOptions {
  readonly why?: boolean;
}

/** Adds the option that asks for every reason. */
export const addWhyOption = (command: Command): Command =>
  command.option('--why', 'give every reason in full, not only those that matter most');

/** How a report says what gives the reasons that it leaves out; nothing where it leaves none out. */
export const moreOf = ({ why }: WhyOptions): { readonly more?: string } =>
  why ? {} : { more: '--why gives all' };

/** The goal of the compiler's optimisation that the options ask for. */
export const optimiseOf = (options: Pick<SystemOptions, 'optimise' | 'optimize'>): Optimise =>
  options.optimise ?? options.optimize ?? 'Performance';

/**
 * The systems that the options describe, one per accelerator, system configuration and memory mode.
 * @param onWarning called once with each sentence about a doubtful line of the configuration files
 * @throws usage and input errors of the accelerator list and of `resolveSystem`
 */
export function systemsOf(options: SystemOptions, onWarning: (message: string) => void): readonly System[] {
  const accelerators = parseAcceleratorList(options.acceleratorConfig);
  const { config, systemConfig, memoryMode, arenaCacheSize } = options;
  const request = { systemConfig, memoryMode, arenaCacheSize, configFiles: config };
  if (config.length > 0) {
    const configuration = loadConfiguration(config);
    configuration.warnings.forEach(onWarning);
    return systemsFrom(accelerators, { ...request, configuration }, resolveSystem);
  }
  return systemsFrom(accelerators, request, resolveSystem);
}

function parseOptimise(text: string): Optimise {
  const goal = OPTIMISE.find((g) => g === text);
  if (goal === undefined) {
    throw usageError(`--optimise is "${text}", expected Performance or Size${didYouMean(text, OPTIMISE)}`);
  }
  return goal;
}

/**
 * A whole number, not negative, of an option.
 * @throws a usage error that names the option
 */
export function parseWhole(option: string, text: string, unit: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw usageError(`${option} is "${text}", expected a whole number of ${unit}, such as 393216`);
}
