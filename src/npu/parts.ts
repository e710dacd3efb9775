import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { inputError, usageError } from '../errors.js';
import { bytesIn, SIZE, SIZE_WORDS } from '../sizes.js';
import { suggestion } from '../suggest.js';
import { readYaml, validateYaml, type YamlDocument, type YamlPath } from '../yaml-document.js';
import { isAcceleratorName, unknownAccelerator } from './accelerator-names.js';
import { loadConfiguration, shippedConfigDirectory } from './configuration.js';
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

const says = (error: string) => ({ error });

const name = (what: string) => z.string(says(`must be ${what}`)).min(1, says('is empty'));
const size = z.union(
  [z.int(says(SIZE_WORDS)).min(0, says('must be at least 0')), z.string().regex(SIZE, says(SIZE_WORDS))],
  says(SIZE_WORDS),
);
const CLOCK = /^(\d+(?:\.\d+)?) ?(MHz|GHz)$/;

const PART = z.strictObject(
  {
    like: name('the name of another part').optional().describe('A part whose other keys hold for this one'),
    name: name('a name').optional().describe('How people call it'),
    accelerator: name('an accelerator, such as ethos-u55-128').optional().describe('Its NPU'),
    clock: z
      .string(says('must be a clock, such as 400 MHz'))
      .regex(CLOCK, says('must be a clock, such as 400 MHz'))
      .optional()
      .describe('Of the NPU; has to be that of the system configuration'),
    sram: size.optional().describe('SRAM that the network may use'),
    flash: size.optional().describe('Flash that its constants may use'),
    constants_in: z
      .enum(['flash', 'sram'], says('must be flash or sram'))
      .optional()
      .describe('Where weights and other constants lie; flash by default'),
    system_config: name('the name of a system configuration').optional(),
    memory_mode: name('the name of a memory mode').optional(),
    config: name('the path of a configuration file')
      .optional()
      .describe('File with the system configuration, relative to this one; the shipped files by default'),
    source: name('where the figures are published').optional().describe('Where the figures are from'),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type' ? 'must be a map of keys such as accelerator and sram' : undefined,
  },
);

/** What a parts file may hold. */
export const PARTS_FILE = z.strictObject(
  {
    parts: z.record(
      z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, says('must be a name of letters, digits, dots and dashes')),
      PART,
      { error: (issue) => (issue.code === 'invalid_type' ? 'must map names to parts' : undefined) },
    ),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'must be a map with the key parts' : undefined) },
);

type Entry = z.infer<typeof PART>;

const PART_KEYS = Object.keys(PART.shape);

const keysAt = (path: YamlPath): readonly string[] => (path.length < 2 ? ['parts'] : PART_KEYS);

interface PlacedEntry {
  readonly entry: Entry;
  readonly folder: string;
  readonly place: (...keys: string[]) => string;
}

const entriesOf = (file: string): Map<string, PlacedEntry> => {
  const document: YamlDocument = readYaml(file, { what: 'parts file', setting: 'parts' });
  const { parts } = validateYaml(document, PARTS_FILE, keysAt);
  const place =
    (id: string) =>
    (...keys: string[]): string =>
      document.place(['parts', id, ...keys], keys.length === 0);
  return new Map(
    Object.entries(parts).map(([id, entry]) => [id, { entry, folder: dirname(file), place: place(id) }]),
  );
};

const MODES = 'memory-modes.ini';

/** The file of the parts that come with the program. */
export const shippedPartsFile = (): string => join(shippedConfigDirectory(), 'parts.yaml');

const hertzOf = (text: string): number => {
  const [, amount, unit] = CLOCK.exec(text)!;
  return Number(amount) * (unit === 'MHz' ? 1e6 : 1e9);
};

const megahertz = (hertz: number): string => `${Number((hertz / 1e6).toPrecision(6))} MHz`;

interface WholeEntry extends Omit<Entry, 'like' | 'config'> {
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
  const folder = shippedConfigDirectory();
  const shipped = ['ethos-u55.ini', 'ethos-u65.ini', 'ethos-u85.ini'].map((file) => join(folder, file));
  const part: Part = {
    id,
    name: whole.name ?? id,
    accelerator,
    systemConfig: needed('system_config'),
    memoryMode: needed('memory_mode'),
    configFiles: [join(folder, MODES), ...(configFile === undefined ? shipped : [configFile])],
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
  new Map([shippedPartsFile(), ...files].flatMap((file) => [...entriesOf(file)]));

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
