import { Option, type Command } from 'commander';
import type { Part } from '../npu/parts.js';
import { usageError } from '../errors.js';
import { kibibytes } from '../text.js';
import type { SystemOptions } from './options.js';
import type { SearchOptions } from './search-options.js';
import { speaker } from './streams.js';

/** What {@link addPartOptions} parses. */
export interface PartOptions {
  readonly part?: string;
  readonly parts: readonly string[];
}

/** Adds the options that name a part instead of a system. */
export const addPartOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--part <name>',
        'a part instead of a system: its NPU, its memories and, where they are stated, their sizes',
      ).conflicts(['acceleratorConfig', 'config', 'systemConfig', 'memoryMode']),
    )
    .addOption(
      new Option('--parts <file.yaml>', 'file with parts of your own; may be repeated')
        .argParser((file: string, files: readonly string[]) => [...files, file])
        .default([] as readonly string[], 'those that come with the program'),
    );

/** The part that the options name, if they name one. */
export const partOf = async ({ part, parts }: PartOptions): Promise<Part | undefined> => {
  if (part === undefined && parts.length > 0)
    throw usageError('parts of your own need one of them to be named', 'part');
  return part === undefined ? undefined : (await import('../npu/parts.js')).findPart(part, parts);
};

/** Options with the system of a part in them. */
export const onPart = <T extends SystemOptions>(options: T, part: Part | undefined): T =>
  part === undefined
    ? options
    : {
        ...options,
        acceleratorConfig: part.accelerator,
        config: part.configFiles,
        systemConfig: part.systemConfig,
        memoryMode: part.memoryMode,
      };

const KIB = 1024;

const lesser = (own: number | undefined, bytes: number | undefined): number | undefined =>
  bytes === undefined ? own : Math.min(own ?? Infinity, bytes / KIB);

/**
 * Options of a search with the system of a part in them, and its memories as constraints. Where constants lie in SRAM,
 * these and the rest of the SRAM are constrained one by one, not their sum.
 */
export const searchOnPart = async <T extends SearchOptions & PartOptions>(given: T): Promise<T> => {
  const part = await partOf(given);
  if (part === undefined) return given;
  const { id, sram, constantsIn } = part;
  const flash = constantsIn === 'sram' ? sram : part.flash;
  const say = speaker(given);
  const sizes = [
    ...(sram === undefined ? [] : [`at most ${kibibytes(sram, 1)} KiB of SRAM used`]),
    ...(flash === undefined ? [] : [`at most ${kibibytes(flash, 1)} KiB of weights and other constants`]),
  ];
  say(
    `part ${id}: ${sizes.join(' and ') || 'the sizes of its memories are not stated, so they are no constraints'}`,
  );
  if (constantsIn === 'sram' && sram !== undefined)
    say('note: both lie in the same SRAM; estimate and check hold their sum against it');
  return {
    ...onPart(given, part),
    maxSram: lesser(given.maxSram, sram),
    maxFlash: lesser(given.maxFlash, flash),
  };
};
