import { ParetouError, usageError } from '../errors.js';
import { familyOf, isAcceleratorName } from './accelerator-names.js';
import { loadConfiguration, MODE_PREFIX, SYSTEM_PREFIX, type Configuration } from './configuration.js';
import { SETTING_WORDS, type SystemRequest } from './resolve.js';

/** Stands for every section of a kind that the accelerator can use. */
const ALL = 'all';

/** System configurations of this form are meant for one family. */
const MEANT_FOR = /^Ethos_(U\d+)_/;

const sectionsOf = ({ frontEnd }: Configuration, prefix: string): string[] =>
  [...frontEnd.keys()].filter((section) => section.startsWith(prefix)).map((s) => s.slice(prefix.length));

/** Names of a list; undefined stands for the default. */
const namesOf = (
  setting: 'systemConfig' | 'memoryMode',
  list: string | undefined,
  all: () => string[],
): (string | undefined)[] => {
  if (list === undefined) return [undefined];
  if (list === ALL) return all();
  const names = list.split(',').map((name) => name.trim());
  if (names.includes(''))
    throw usageError(
      `the ${SETTING_WORDS[setting]} is "${list}", expected names separated by commas`,
      setting,
    );
  return [...new Set(names)];
};

/**
 * What accelerators, system configurations and memory modes make together, where the latter two may be lists separated
 * by commas, or `all`: every section that suits the accelerator.
 *
 * @param make a system from what it is made of, such as `resolveSystem`
 * @throws usage and input errors; combinations that come from `all` and cannot be used are left out instead
 */
export const systemsFrom = <T>(
  accelerators: readonly string[],
  common: Omit<SystemRequest, 'accelerator'>,
  make: (request: SystemRequest) => T,
): T[] => {
  let configuration = common.configuration;
  const sections = (prefix: string): string[] =>
    sectionsOf((configuration ??= loadConfiguration(common.configFiles)), prefix);
  const lenient = common.systemConfig === ALL || common.memoryMode === ALL;
  return accelerators.flatMap((accelerator) => {
    const family = isAcceleratorName(accelerator) ? familyOf(accelerator) : undefined;
    const suits = (name: string): boolean => {
      const meant = MEANT_FOR.exec(name)?.[1]?.toLowerCase();
      return meant === undefined || meant === family;
    };
    const configs = namesOf('systemConfig', common.systemConfig, () => sections(SYSTEM_PREFIX).filter(suits));
    const modes = namesOf('memoryMode', common.memoryMode, () => sections(MODE_PREFIX));
    let failure: ParetouError | undefined;
    const made = configs.flatMap((systemConfig) =>
      modes.flatMap((memoryMode): T[] => {
        try {
          return [make({ ...common, accelerator, systemConfig, memoryMode })];
        } catch (error) {
          if (!lenient || !(error instanceof ParetouError)) throw error;
          failure = error;
          return [];
        }
      }),
    );
    if (made.length === 0 && failure !== undefined) throw failure;
    return made;
  });
};
