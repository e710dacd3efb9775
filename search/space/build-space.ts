import type { FvpOptions } from '../../src/fvp/totals.js';
import { inputError, ParetouError, usageError } from '../../src/errors.js';
import type { Network } from '../../src/graph/network.js';
import { parseAccelerator } from '../../src/npu/accelerator-names.js';
import type { SystemRequest } from '../../src/npu/resolve.js';
import { systemsFrom } from '../../src/npu/system-lists.js';
import { suggestion } from '../../src/suggest.js';
import { findSites, targetAt, type Site } from './sites.js';
import type { LoadedSpaceFile, WidthRule } from './space-file.js';
import type { SiteChoice, Space, SystemChoice, WidthChoice } from './space.js';
import {
  ALL_OPTIONS,
  DEFAULT_OPTIONS,
  findSubstitution,
  optionNames,
  STANDARD,
  usualOptions,
} from '../substitute/index.js';
import { chooseSystem, distinctSystems } from './systems.js';
import { findWidthGroups, type WidthGroup } from './width-groups.js';

/** What a space is made of besides the network. */
export interface SpaceRequest {
  readonly systems: readonly SystemChoice[];
  readonly optimise: 'Performance' | 'Size';
  /** Of the FVP-like figures. */
  readonly fvp?: FvpOptions;
  /** Options to add at every site that the file does not treat on its own. */
  readonly options?: readonly string[];
  readonly file?: LoadedSpaceFile;
  /** Makes the errors about what the file asks for; input errors, by default. */
  readonly fault?: (message: string) => ParetouError;
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** The unchanged choice first, if it is there; the rest in the order given. */
const unchangedFirst = <T>(values: readonly T[], unchanged: T): T[] =>
  unique(values.includes(unchanged) ? [unchanged, ...values] : values);

const checkOption = (option: string, fail: (message: string) => Error): void => {
  if (option === STANDARD || option === ALL_OPTIONS) return;
  if (findSubstitution(option)?.name !== option) {
    throw fail(`option "${option}" is not known${suggestion(option, optionNames())}`);
  }
};

/**
 * Checks a list of option names.
 * @throws a usage error for an unknown name
 */
export const checkOptions = (options: readonly string[]): readonly string[] => {
  for (const option of options) checkOption(option, (message) => usageError(message, 'options'));
  return options;
};

/** Why a substitution may not replace a site; undefined if it may. */
const illegal = (network: Network, site: Site, option: string): string | undefined =>
  option === STANDARD || option === ALL_OPTIONS
    ? undefined
    : findSubstitution(option)!.illegal(targetAt(network, site));

const siteChoices = (network: Network, request: SpaceRequest): SiteChoice[] => {
  const sites = findSites(network);
  const { content = {}, place } = request.file ?? {};
  const { fault = inputError } = request;
  const placeOf = (path: readonly PropertyKey[], key = false): string => place?.(path, key) ?? '';
  const checkSite = (operator: number, where: () => string): void => {
    if (sites.some((site) => site.operator === operator)) return;
    const kind = network.graphs[0].operators[operator]?.kind;
    const what = kind === undefined ? 'does not exist' : `(${kind}) is not a site`;
    const known = sites.map((site) => site.operator).join(', ');
    throw fault(
      `${where()}: operator ${operator} of ${network.name} ${what}; ` +
        (known === '' ? 'this network has no sites' : `its sites are ${known}`),
    );
  };
  const listed = content.sites === undefined || content.sites === 'all' ? undefined : content.sites;
  listed?.forEach((operator, i) => checkSite(operator, () => placeOf(['sites', i])));
  content.options?.forEach((option, i) =>
    checkOption(option, (message) => fault(`${placeOf(['options', i])}: ${message}`)),
  );
  for (const [key, options] of Object.entries(content.site_options ?? {})) {
    checkSite(Number(key), () => placeOf(['site_options', key], true));
    const site = sites.find((s) => s.operator === Number(key))!;
    options.forEach((option, i) => {
      const fail = (message: string): Error => fault(`${placeOf(['site_options', key, i])}: ${message}`);
      checkOption(option, fail);
      const reason = illegal(network, site, option);
      if (reason !== undefined) throw fail(`${option} cannot replace operator ${key}: ${reason}`);
    });
  }
  const usual = [...(content.options ?? DEFAULT_OPTIONS), ...(request.options ?? [])];
  return sites.flatMap((site): SiteChoice[] => {
    const own = content.site_options?.[String(site.operator)];
    const varies = listed === undefined || listed.includes(site.operator);
    const named = own ?? (varies ? usual : [STANDARD]);
    const wanted = named.flatMap((option) =>
      option === ALL_OPTIONS ? usualOptions(targetAt(network, site)) : [option],
    );
    const options = unchangedFirst(
      wanted.filter((option) => illegal(network, site, option) === undefined),
      STANDARD,
    );
    const single = options.length === 0 || (options.length === 1 && options[0] === STANDARD);
    return single ? [] : [{ site, options }];
  });
};

/** Channel counts that a rule gives for a group; never below 1. */
export const widthsFrom = (rule: WidthRule, channels: number): number[] => {
  if (!('multiple_of' in rule)) return unique(rule.map((f) => Math.max(1, Math.round(f * channels))));
  const { multiple_of: step, from, to } = rule;
  const first = Math.max(1, Math.ceil((from * channels) / step));
  const last = Math.floor((to * channels) / step);
  const widths = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
  return widths.length === 0 ? [channels] : widths;
};

const groupChoices = (network: Network, request: SpaceRequest): WidthChoice[] => {
  const { content = {}, place } = request.file ?? {};
  const groups = findWidthGroups(network);
  const own = new Map<WidthGroup, readonly number[]>();
  for (const [key, widths] of Object.entries(content.group_widths ?? {})) {
    const operator = Number(key);
    const group = groups.find((g) => g.operators.includes(operator));
    const fail = (message: string): Error =>
      (request.fault ?? inputError)(
        `${place?.(['group_widths', key], true) ?? ''}: operator ${operator} of ${network.name} ${message}`,
      );
    if (group === undefined) {
      const variable = groups.filter((g) => g.frozen === undefined).map((g) => g.operator);
      throw fail(
        `does not write a width group; the groups that can vary are those of ${variable.join(', ') || 'no operator'}`,
      );
    }
    if (group.frozen !== undefined) throw fail(`writes a group whose width cannot change: ${group.frozen}`);
    if (own.has(group)) throw fail(`is in the same width group as another entry; name each group once`);
    own.set(group, widths);
  }
  return groups.flatMap((group): WidthChoice[] => {
    if (group.frozen !== undefined) return [];
    const rule = content.widths;
    const wanted =
      own.get(group) ?? (rule === undefined ? [group.channels] : widthsFrom(rule, group.channels));
    const widths = unchangedFirst(wanted, group.channels);
    return widths.length === 1 && widths[0] === group.channels ? [] : [{ group, widths }];
  });
};

/**
 * The systems of a space: those of the file, or else those of a list of accelerators.
 * @throws a usage or input error for a system that does not exist, with its place in the file
 */
export const chooseSystems = (
  accelerators: readonly string[],
  common: Omit<SystemRequest, 'accelerator'>,
  file?: LoadedSpaceFile,
): SystemChoice[] => {
  const entries = file?.content.systems;
  if (entries === undefined) {
    return distinctSystems(systemsFrom(accelerators, common, chooseSystem));
  }
  const choices = entries.flatMap((entry, i) => {
    try {
      const own = {
        ...common,
        systemConfig: entry.system_config ?? common.systemConfig,
        memoryMode: entry.memory_mode ?? common.memoryMode,
      };
      return systemsFrom([parseAccelerator(entry.accelerator)], own, chooseSystem);
    } catch (cause) {
      if (!(cause instanceof ParetouError)) throw cause;
      throw inputError(`${file!.place(['systems', i])}: ${cause.message}`, cause);
    }
  });
  return distinctSystems(choices);
};

/**
 * The space of one network.
 * @throws an input error with its place for what the space file asks of operators that cannot do it
 */
export const buildSpace = (network: Network, request: SpaceRequest): Space => ({
  network,
  sites: siteChoices(network, request),
  groups: groupChoices(network, request),
  systems: request.systems,
  optimise: request.optimise,
  ...(request.fvp && { fvp: request.fvp }),
});
