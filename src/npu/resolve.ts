import { inputError, usageError } from '../errors.js';
import { suggestion } from '../suggest.js';
import {
  ADDRESS_RANGE,
  AXI_BYTES,
  familyOf,
  isAcceleratorName,
  unknownAccelerator,
} from './accelerator-names.js';
import type { Family } from './family.js';
import { bytesPerCycle } from './bandwidth.js';
import { loadConfiguration, MODE_PREFIX, SYSTEM_PREFIX, type Configuration } from './configuration.js';
import { at, type IniEntry } from './ini.js';
import { floatValue, frontEndEntry, integerValue, wordValue, type SectionTable } from './readers.js';
import type { Memory, MemoryName, System } from './system.js';

/** What the user says about the system; all but the accelerator may be left out. */
export interface SystemRequest {
  readonly accelerator: string;
  /** Paths; the files that come with the program if left out or empty. */
  readonly configFiles?: readonly string[] | undefined;
  /** Already loaded files, instead of `configFiles`. */
  readonly configuration?: Configuration | undefined;
  readonly systemConfig?: string | undefined;
  readonly memoryMode?: string | undefined;
  /** Bytes; overrides the configuration. */
  readonly arenaCacheSize?: number | undefined;
  /** Called with each sentence about a doubtful line of the configuration files. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Settings that name a section of a configuration file. */
type SectionSetting = 'systemConfig' | 'memoryMode';

/** How sentences name them. */
export const SETTING_WORDS: Readonly<Record<SectionSetting, string>> = {
  systemConfig: 'system configuration',
  memoryMode: 'memory mode',
};

const MEMORY_NAMES: readonly MemoryName[] = ['Sram', 'Dram', 'OnChipFlash', 'OffChipFlash'];
const PORTS = ['Axi0', 'Axi1'] as const;
type Port = (typeof PORTS)[number];

/** Systems and modes that stand in for an omitted option (docs/model/systems.md#defaults). */
const DEFAULT_SYSTEM: Readonly<Record<Family, string>> = {
  u55: 'Ethos_U55_High_End_Embedded',
  u65: 'Ethos_U65_Client_Server',
  u85: 'Ethos_U85_SYS_DRAM_Mid',
};
const DEFAULT_MODE: Readonly<Record<Family, string>> = {
  u55: 'Shared_Sram',
  u65: 'Dedicated_Sram_384KB',
  u85: 'Dedicated_Sram_384KB',
};

/**
 * Resolves a system configuration and a memory mode for one accelerator, with the defaults, inheritance and checks of
 * the reference compiler's two readers (docs/model/systems.md).
 * @throws a usage error for an unknown accelerator, an arena size out of range, or an omitted name beside `configFiles`;
 *   an input error for anything wrong in a configuration file, which names file, line or section, and a remedy
 */
export function resolveSystem(request: SystemRequest): System {
  const { accelerator } = request;
  if (!isAcceleratorName(accelerator)) throw unknownAccelerator(accelerator);
  const family = familyOf(accelerator);
  const own = request.configuration !== undefined || (request.configFiles?.length ?? 0) > 0;
  const systemConfig = request.systemConfig ?? defaultName(own, 'systemConfig', DEFAULT_SYSTEM[family]);
  const memoryMode = request.memoryMode ?? defaultName(own, 'memoryMode', DEFAULT_MODE[family]);
  const config = request.configuration ?? loadConfiguration(request.configFiles);
  for (const warning of config.warnings) request.onWarning?.(warning);

  const systemSection = findSection(config, SYSTEM_PREFIX, systemConfig, 'systemConfig');
  const modeSection = findSection(config, MODE_PREFIX, memoryMode, 'memoryMode');
  const front = readFrontEnd(config.frontEnd, systemSection, modeSection);
  checkAreas(front, { config, systemSection, modeSection });
  const arenaCacheSize = arenaSize(request, front.arenaCacheSize, modeSection, family);

  const memoryOf = (key: string): Memory => coreMemory(config.core, systemSection, modeSection, key);
  const constants = memoryOf('const_mem_area');
  const featureMaps = memoryOf('arena_mem_area');
  const staging = memoryOf('cache_mem_area');
  return {
    accelerator,
    systemConfig,
    memoryMode,
    coreClock: front.coreClock,
    arenaCacheSize,
    constants,
    featureMaps,
    staging,
    spilling: featureMaps.name !== staging.name,
    constantsShownAs: front.relabelled ? 'OnChipFlash' : front.constants,
    bandwidths: bandwidths(front, family),
    statedReads: statedReads(config.core, systemSection, [constants, featureMaps, staging]),
  };
}

function defaultName(ownFiles: boolean, setting: SectionSetting, name: string): string {
  if (!ownFiles) return name;
  throw usageError(
    `with a configuration file, a ${SETTING_WORDS[setting]} is needed as well; name one of the sections of the file`,
    setting,
  );
}

function findSection(config: Configuration, prefix: string, name: string, setting: SectionSetting): string {
  const section = prefix + name;
  if (config.frontEnd.has(section)) return section;
  const names = [...config.frontEnd.keys()]
    .filter((s) => s.startsWith(prefix))
    .map((s) => s.slice(prefix.length));
  throw inputError(
    `${config.subject}: there is no section [${section}] for the ${SETTING_WORDS[setting]} ${name}` +
      (names.length === 0 ? `; add one, or pass another file` : suggestion(name, names)),
    undefined,
    ...(names.length === 0 ? (['configFiles'] as const) : [setting]),
  );
}

interface FrontEnd {
  readonly coreClock: number;
  /** Memory behind each port. */
  readonly ports: Readonly<Record<Port, MemoryName>>;
  readonly areas: Readonly<Record<'const' | 'arena' | 'cache', Port>>;
  readonly constants: MemoryName;
  readonly featureMaps: MemoryName;
  readonly staging: MemoryName;
  /** Constants share the SRAM with all else, and are shown as on-chip flash. */
  readonly relabelled: boolean;
  /** Clock scale and ports of the memories that the reports know. */
  readonly rates: ReadonlyMap<MemoryName, { readonly scale: number; readonly ports: number }>;
  readonly arenaCacheSize: IniEntry | undefined;
}

function readFrontEnd(table: SectionTable, systemSection: string, modeSection: string): FrontEnd {
  const system = (key: string): IniEntry | undefined => frontEndEntry(table, systemSection, key);
  const word = <T extends string>(
    entry: IniEntry | undefined,
    section: string,
    words: readonly T[],
    or: T,
  ): T => (entry === undefined ? or : wordValue(entry, section, words));
  const memoryOn = (port: Port): MemoryName =>
    word(system(`${port}_port`), systemSection, MEMORY_NAMES, 'Sram');
  const area = (name: string): Port =>
    word(frontEndEntry(table, modeSection, `${name}_mem_area`), modeSection, PORTS, 'Axi0');

  const clock = system('core_clock');
  const coreClock = clock === undefined ? 1 : floatValue(clock, systemSection);
  if (clock !== undefined && coreClock <= 0) {
    throw inputError(
      `${at(clock)}: core_clock of [${systemSection}] is ${clock.value}, expected hertz above 0, such as 500e6`,
    );
  }
  const ports = { Axi0: memoryOn('Axi0'), Axi1: memoryOn('Axi1') };
  const areas = { const: area('const'), arena: area('arena'), cache: area('cache') };
  const rates = new Map(
    [ports.Axi0, ports.Axi1].map((memory) => {
      const scale = system(`${memory}_clock_scale`);
      const used = system(`${memory}_ports_used`);
      return [
        memory,
        {
          scale: scale === undefined ? 1 : floatValue(scale, systemSection),
          ports: used === undefined ? 1 : Math.max(1, integerValue(used, systemSection)),
        },
      ] as const;
    }),
  );
  const constants = ports[areas.const];
  const relabelled = constants === 'Sram' && areas.const === areas.arena && areas.const === areas.cache;
  if (relabelled) rates.set('OnChipFlash', rates.get('Sram')!);
  return {
    coreClock,
    ports,
    areas,
    constants,
    featureMaps: ports[areas.arena],
    staging: ports[areas.cache],
    relabelled,
    rates,
    arenaCacheSize: frontEndEntry(table, modeSection, 'arena_cache_size'),
  };
}

interface Sections {
  readonly config: Configuration;
  readonly systemSection: string;
  readonly modeSection: string;
}

/** Which memories may hold what, in the reference's order (docs/model/systems.md#memory-modes). */
function checkAreas(front: FrontEnd, { config, systemSection, modeSection }: Sections): void {
  const refuse = (
    key: 'const' | 'arena' | 'cache',
    what: string,
    memory: MemoryName,
    allowed: string,
  ): Error => {
    const port = front.areas[key];
    return inputError(
      `${config.subject}: [${modeSection}] puts ${what} on ${port} (${key}_mem_area), which is ${memory} in [${systemSection}], ` +
        `but they may only be in ${allowed}; choose another memory mode, or another system configuration`,
      undefined,
      'memoryMode',
      'systemConfig',
    );
  };
  if (front.constants === 'Sram' && !front.relabelled) {
    throw refuse('const', 'constants', front.constants, 'Dram, OnChipFlash or OffChipFlash');
  }
  if (front.featureMaps !== 'Sram' && front.featureMaps !== 'Dram') {
    throw refuse('arena', 'feature maps', front.featureMaps, 'Sram or Dram');
  }
  if (front.staging !== 'Sram') throw refuse('cache', 'staging buffers', front.staging, 'Sram');
}

function arenaSize(
  request: SystemRequest,
  entry: IniEntry | undefined,
  modeSection: string,
  family: Family,
): number {
  const limit = ADDRESS_RANGE[family];
  const given = request.arenaCacheSize;
  if (given !== undefined) {
    if (Number.isInteger(given) && given >= 0 && given <= limit) return given;
    throw usageError(
      `the arena cache size is ${given}, expected whole bytes from 0 to ${limit} for ${request.accelerator}`,
      'arenaCacheSize',
    );
  }
  if (entry === undefined) return limit;
  const size = integerValue(entry, modeSection);
  if (size >= 0 && size <= limit) return size;
  throw inputError(
    `${at(entry)}: arena_cache_size of [${modeSection}] is ${size}, expected bytes from 0 to ${limit} for ` +
      `${request.accelerator}; correct it, or override it`,
    undefined,
    'arenaCacheSize',
  );
}

/** A memory as the estimates see it: the core's reading of the system behind the port that the mode names. */
function coreMemory(core: SectionTable, systemSection: string, modeSection: string, areaKey: string): Memory {
  const mode = core.get(modeSection)!;
  const system = core.get(systemSection)!;
  const area = mode.get(areaKey) ?? missingKey(mode, modeSection, areaKey, 'Axi0');
  const port = wordValue(area, modeSection, PORTS);
  const portKey = `${port.toLowerCase()}_port`;
  const named = system.get(portKey) ?? missingKey(system, systemSection, portKey, 'Sram');
  const name = wordValue(named, systemSection, MEMORY_NAMES);
  const keys = [...system.keys()];
  if (!keys.some((key) => key.startsWith(`${name}_`))) {
    const variant = keys.find((key) => key.toLowerCase().startsWith(`${name.toLowerCase()}_`));
    throw inputError(
      `${at(named)}: ${portKey} of [${systemSection}] is ${name}, but no key there describes it; ` +
        (variant === undefined
          ? `add at least ${name}_clock_scale=1.0`
          : `write ${name}${variant.slice(name.length)} instead of ${variant} (upper and lower case matter)`),
    );
  }
  const integer = (key: string, absent: number, least: number): number => {
    const entry = system.get(`${name}_${key}`);
    return Math.max(least, entry === undefined ? absent : integerValue(entry, systemSection));
  };
  const scale = system.get(`${name}_clock_scale`);
  const portsUsed = integer('ports_used', 1, 1);
  return {
    name,
    bytesPerCycle: bytesPerCycle(
      systemSection.slice(SYSTEM_PREFIX.length),
      scale === undefined ? 1 : floatValue(scale, systemSection),
      portsUsed,
    ),
    readLatency: integer('read_latency', 1, 0),
    writeLatency: integer('write_latency', 1, 0),
    burstLength: integer('burst_length', 64, 1),
    portsUsed,
    maxReads: integer('max_reads', 1, 1),
    maxWrites: integer('max_writes', 1, 1),
  };
}

/** Which memories' outstanding reads the section of a system states, and how many. */
const statedReads = (
  core: SectionTable,
  systemSection: string,
  memories: readonly Memory[],
): Readonly<Partial<Record<MemoryName, number>>> =>
  Object.fromEntries(
    memories
      .filter(({ name }) => core.get(systemSection)!.has(`${name}_max_reads`))
      .map(({ name, maxReads }) => [name, maxReads]),
  );

function missingKey(
  entries: ReadonlyMap<string, IniEntry>,
  section: string,
  key: string,
  example: string,
): never {
  const variant = [...entries.values()].find((entry) => entry.key.toLowerCase() === key);
  throw inputError(
    variant === undefined
      ? `[${section}] has no ${key}, which estimates need; add ${key}=${example} to it or to a section above that it inherits from`
      : `${at(variant)}: ${variant.key} of [${section}] is not seen by estimates; write it as ${key}`,
  );
}

/**
 * Design peak bandwidth in GiB/s; memories that no port leads to count one port at full rate
 * (docs/model/systems.md#peak-bandwidth).
 */
function bandwidths(front: FrontEnd, family: Family): Readonly<Record<MemoryName, number>> {
  const of = (memory: MemoryName): number => {
    const { scale, ports } = front.rates.get(memory) ?? { scale: 1, ports: 1 };
    return (AXI_BYTES[family] * ports * scale * front.coreClock) / 1024 ** 3;
  };
  return {
    Sram: of('Sram'),
    Dram: of('Dram'),
    OnChipFlash: of('OnChipFlash'),
    OffChipFlash: of('OffChipFlash'),
  };
}
