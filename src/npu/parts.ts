import { isAbsolute, join } from 'node:path';
import { inputError, usageError } from '../errors.js';
import { bytesIn } from '../sizes.js';
import { suggestion } from '../suggest.js';
import { isAcceleratorName, unknownAccelerator } from './accelerator-names.js';
import {
  loadConfiguration,
  MODES_FILE,
  shippedConfigDirectory,
  shippedConfigFiles,
} from './configuration.js';
import { hertzOf, readPartsFile, type PartEntry, type PlacedEntry } from './parts-file.js';
import { resolveSystem } from './resolve.js';

/** A chip or board with an NPU. */
export interface Part {
  readonly id: string;
  readonly name: string;
  readonly accelerator: string;
  readonly systemConfig: string;
  readonly memoryMode: string;
  /** Files with the system configuration and the memory mode. */
  readonly configFiles: readonly string[];
  /** Bytes; undefined where nothing states them. */
  readonly sram: number | undefined;
  readonly flash: number | undefined;
  /** Where weights and other constants lie. */
  readonly constantsIn: 'flash' | 'sram';
  readonly source: string;
}

/** The file of the parts that come with the program. */
export const shippedPartsFile = (): string => join(shippedConfigDirectory(), 'parts.yaml');

const megahertz = (hertz: number): string => `${Number((hertz / 1e6).toPrecision(6))} MHz`;

interface WholeEntry extends Omit<PartEntry, 'like' | 'config'> {
  readonly configFile?: string;
}

/** All keys of a part: its own, then those of the part that it is like, and so on. */
const wholeEntry = (
  id: string,
  all: ReadonlyMap<string, PlacedEntry>,
  seen: readonly string[] = [],
): WholeEntry => {
  const { entry, folder, place } = all.get(id)!;
  const { config, like, ...rest } = entry;
  const own: WholeEntry = {
    ...rest,
    ...(config !== undefined && { configFile: isAbsolute(config) ? config : join(folder, config) }),
  };
  if (like === undefined) return own;
  if (!all.has(like)) {
    const known = suggestion(like, [...all.keys()]);
    throw inputError(`${place('like')}: part "${like}" is not known${known}`, undefined, 'parts');
  }
  const above = [...seen, id];
  if (above.includes(like)) throw inputError(`${place('like')}: ${id} is like itself`, undefined, 'parts');
  return { ...wholeEntry(like, all, above), ...own };
};

const partOf = (id: string, all: ReadonlyMap<string, PlacedEntry>): Part => {
  const { place } = all.get(id)!;
  const whole = wholeEntry(id, all);
  const needed = (key: 'accelerator' | 'system_config' | 'memory_mode' | 'source'): string => {
    const value = whole[key];
    if (value === undefined)
      throw inputError(`${place()}: part ${id} has no ${key}; add it`, undefined, 'parts');
    return value;
  };
  const accelerator = needed('accelerator');
  if (!isAcceleratorName(accelerator))
    throw inputError(`${place()}: ${unknownAccelerator(accelerator).message}`, undefined, 'parts');
  const { configFile } = whole;
  const part: Part = {
    id,
    name: whole.name ?? id,
    accelerator,
    systemConfig: needed('system_config'),
    memoryMode: needed('memory_mode'),
    configFiles:
      configFile === undefined
        ? shippedConfigFiles()
        : [join(shippedConfigDirectory(), MODES_FILE), configFile],
    sram: whole.sram === undefined ? undefined : bytesIn(whole.sram),
    flash: whole.flash === undefined ? undefined : bytesIn(whole.flash),
    constantsIn: whole.constants_in ?? 'flash',
    source: needed('source'),
  };
  if (whole.clock !== undefined) {
    const { coreClock } = resolveSystem({ ...part, configuration: loadConfiguration(part.configFiles) });
    if (coreClock !== hertzOf(whole.clock))
      throw inputError(
        `${place()}: the clock of part ${id} is ${whole.clock}, and ${part.systemConfig} has ${megahertz(coreClock)}; make them agree`,
        undefined,
        'parts',
      );
  }
  return part;
};

const allEntries = (files: readonly string[]): Map<string, PlacedEntry> =>
  new Map([shippedPartsFile(), ...files].flatMap((file) => [...readPartsFile(file)]));

/** Names of the parts that are known, those of the user's files among them. */
export const partNames = (files: readonly string[] = []): string[] => [...allEntries(files).keys()];

/**
 * The part of a name: one of the user's files, or of those that come with the program.
 * @throws a usage error for a name that is not known, an input error with its place for a fault in a file
 */
export const findPart = (id: string, files: readonly string[] = []): Part => {
  const all = allEntries(files);
  if (!all.has(id)) throw usageError(`part "${id}" is not known${suggestion(id, [...all.keys()])}`, 'part');
  return partOf(id, all);
};
