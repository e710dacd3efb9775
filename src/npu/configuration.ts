import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError, usageError } from '../errors.js';
import { MOST_TEXT_BYTES, readFault, readRegular } from '../files.js';
import { messageLine } from '../safe-text.js';
import { closest } from '../suggest.js';
import { at, parseIni, type IniSection } from './ini.js';
import { coreTable, frontEndTable, type SectionTable } from './readers.js';

/** Configuration files after reading, in the view of each of the two readers. */
export interface Configuration {
  /** What messages call it: the file names. */
  readonly subject: string;
  readonly frontEnd: SectionTable;
  readonly core: SectionTable;
  /** Sentences about lines that have less effect than they seem to. */
  readonly warnings: readonly string[];
}

export interface ConfigurationFile {
  readonly file: string;
  readonly text: string;
}

export const SYSTEM_PREFIX = 'System_Config.';
export const MODE_PREFIX = 'Memory_Mode.';

/** The file of the memory modes that come with the program. */
export const MODES_FILE = 'memory-modes.ini';

const SHIPPED = ['ethos-u55.ini', 'ethos-u65.ini', 'ethos-u85.ini', MODES_FILE];

const PORT_KEYS = ['axi0_port', 'axi1_port'];
const MEMORY_KEYS = [
  'clock_scale',
  'ports_used',
  'burst_length',
  'read_latency',
  'write_latency',
  'max_reads',
  'max_writes',
];
const MEMORIES = ['Sram', 'Dram', 'OnChipFlash', 'OffChipFlash'];
const SYSTEM_KEYS = [
  'core_clock',
  'inherit',
  ...PORT_KEYS,
  ...MEMORIES.flatMap((memory) => MEMORY_KEYS.map((key) => `${memory}_${key}`)),
];
const MODE_KEYS = ['inherit', 'const_mem_area', 'arena_mem_area', 'cache_mem_area', 'arena_cache_size'];

/**
 * Reads configuration texts, in the order given, with both readers.
 * @throws an input error for lines that are neither sections nor entries, and for repeated names within a file
 */
export function parseConfiguration(files: readonly ConfigurationFile[]): Configuration {
  const warnings: string[] = [];
  const sections = files.flatMap(({ file, text }) => parseIni(text, file));
  const core = coreTable(sections, (message) => warnings.push(message));
  for (const section of sections) warnAboutKeys(section, warnings);
  return {
    subject: files.map(({ file }) => file).join(', '),
    frontEnd: frontEndTable(sections),
    core,
    warnings: warnings.map((warning) => messageLine(warning)),
  };
}

function warnAboutKeys(section: IniSection, warnings: string[]): void {
  const known = section.name.startsWith(SYSTEM_PREFIX)
    ? SYSTEM_KEYS
    : section.name.startsWith(MODE_PREFIX)
      ? MODE_KEYS
      : undefined;
  if (known === undefined) {
    warnings.push(
      `${at(section)}: section [${section.name}] is neither a System_Config nor a Memory_Mode and has no effect`,
    );
    return;
  }
  for (const entry of section.entries) {
    if (known.includes(entry.key)) continue;
    const near = closest(entry.key, known);
    warnings.push(
      `${at(entry)}: key ${entry.key} of [${section.name}] is not known` +
        (near === undefined ? ' and has no effect' : `; did you mean ${near}?`),
    );
  }
}

/** Folder of the configuration files that come with the program. */
export function shippedConfigDirectory(): string {
  const candidates = ['../../configs/', '../../../configs/'].map((up) =>
    fileURLToPath(new URL(up, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(join(folder, SHIPPED[0]!)));
  if (found === undefined) {
    throw inputError(
      `configs: the configuration files that come with paretou were not found in ${candidates.join(' or ')}; reinstall it, or pass a file`,
      undefined,
      'configFiles',
    );
  }
  return found;
}

/** Paths of the configuration files that come with the program, without those of parts. */
export const shippedConfigFiles = (): string[] => {
  const folder = shippedConfigDirectory();
  return SHIPPED.map((name) => join(folder, name));
};

/**
 * Reads configuration files from disk; without `paths`, those that come with the program. A relative path with one
 * folder that does not exist is looked up in the folder of the shipped files, and `Arm/vela.ini` means all of them,
 * so that command lines of the reference compiler keep working (docs/model/systems.md#defaults).
 * @throws a usage error for a name that does not end in `.ini`, an input error for a file that cannot be read
 */
export function loadConfiguration(paths: readonly string[] = []): Configuration {
  const configuration = parseConfiguration(configurationFiles(paths));
  return paths.length === 0 ? { ...configuration, subject: 'configs/*.ini' } : configuration;
}

/**
 * The files that {@link loadConfiguration} reads.
 * @throws what it throws for names and files
 */
export function configurationFiles(paths: readonly string[]): readonly ConfigurationFile[] {
  if (paths.length === 0) return shippedFiles();
  return paths.flatMap((path) => {
    if (!path.endsWith('.ini')) {
      throw usageError(
        `configuration file "${path}" must have a name that ends in .ini; rename it, or pass another`,
      );
    }
    const inShipped = /^[^./~\\][^/\\]*[/\\][^/\\]+$/.test(path) && !existsSync(path);
    if (inShipped && /^Arm[/\\]vela\.ini$/.test(path)) return shippedFiles();
    return [{ file: path, text: readText(inShipped ? join(shippedConfigDirectory(), path) : path, path) }];
  });
}

const shippedFiles = (): readonly ConfigurationFile[] => {
  const folder = shippedConfigDirectory();
  return SHIPPED.map((name) => ({ file: `configs/${name}`, text: readText(join(folder, name), name) }));
};

function readText(path: string, shown: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readRegular(path, MOST_TEXT_BYTES));
  } catch (error) {
    const code = readFault(error) ?? '';
    const why: Readonly<Record<string, string>> = {
      ENOENT: 'does not exist',
      EACCES: 'may not be read by this user',
      EISDIR: 'is a directory',
      NOT_A_FILE: 'is a device, a pipe or a socket',
      TOO_LARGE: 'is larger than 16 MiB',
      ERR_ENCODING_INVALID_ENCODED_DATA: 'is not a text file',
    };
    throw inputError(
      `${shown}: the configuration file ${why[code] ?? `cannot be read (${code})`}; pass a readable .ini file`,
      error,
      'configFiles',
    );
  }
}
