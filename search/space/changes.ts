import { usageError } from '../../src/errors.js';
import { suggestion } from '../../src/suggest.js';
import type { Digits, Space } from './space.js';
import { ALL_OPTIONS, STANDARD, findSubstitution, optionNames } from '../substitute/index.js';

/** The changes of a design, by operator index of the original graph. */
export interface Changes {
  readonly substitutions: ReadonlyMap<number, string>;
  /** Channels of a width group, by its first convolution or fully connected operator. */
  readonly widths: ReadonlyMap<number, number>;
}

/** The changes that a row of digits stands for; what stays as it is does not appear. */
export const changesOf = (space: Space, digits: Digits): Changes => {
  const substitutions = new Map<number, string>();
  const widths = new Map<number, number>();
  space.sites.forEach(({ site, options }, i) => {
    const option = options[digits[i]!]!;
    if (option !== STANDARD) substitutions.set(site.operator, option);
  });
  space.groups.forEach(({ group, widths: choices }, i) => {
    const width = choices[digits[space.sites.length + i]!]!;
    if (width !== group.channels) widths.set(group.operator, width);
  });
  return { substitutions, widths };
};

const listed = <V extends string | number>(map: ReadonlyMap<number, V>, link: string): string =>
  [...map]
    .sort(([a], [b]) => a - b)
    .map(([operator, value]) => `${operator}${link}${value}`)
    .join(';');

/** `1:separable;4:separable:relu`: the `substitutions` column; empty for none. */
export const formatSubstitutions = (map: Changes['substitutions']): string => listed(map, ':');

/** `0=24;5=48`: the `widths` column; empty for none. */
export const formatWidths = (map: Changes['widths']): string => listed(map, '=');

/** Both as text, by the names of their columns. */
export const formatChanges = ({ substitutions, widths }: Changes): Record<keyof Changes, string> => ({
  substitutions: formatSubstitutions(substitutions),
  widths: formatWidths(widths),
});

const entriesOf = (text: string): string[] =>
  text
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

const once = <V>(map: Map<number, V>, operator: number, value: V, text: string): void => {
  if (map.has(operator)) throw usageError(`"${text}" names operator ${operator} twice; name it once`);
  map.set(operator, value);
};

/**
 * Reads a `substitutions` string.
 * @throws a usage error for anything but `<operator index>:<option>` joined with `;`
 */
export const parseSubstitutions = (text: string): Map<number, string> => {
  const map = new Map<number, string>();
  for (const entry of entriesOf(text)) {
    const match = /^(\d+):(.+)$/.exec(entry);
    if (match === null) {
      throw usageError(`substitution "${entry}" is not <operator index>:<option>; write it as 4:separable`);
    }
    const option = match[2]!;
    if (option !== STANDARD && findSubstitution(option)?.name !== option) {
      const names = optionNames().filter((name) => name !== ALL_OPTIONS);
      throw usageError(`substitution option "${option}" is not known${suggestion(option, names)}`);
    }
    once(map, Number(match[1]), option, text);
  }
  for (const [operator, option] of map) if (option === STANDARD) map.delete(operator);
  return map;
};

/**
 * Reads a `widths` string.
 * @throws a usage error for anything but `<operator index>=<channels>` joined with `;`
 */
export const parseWidths = (text: string): Map<number, number> => {
  const map = new Map<number, number>();
  for (const entry of entriesOf(text)) {
    const match = /^(\d+)=([1-9]\d{0,6})$/.exec(entry);
    if (match === null) {
      throw usageError(`width "${entry}" is not <operator index>=<channels>; write it as 4=32`);
    }
    once(map, Number(match[1]), Number(match[2]), text);
  }
  return map;
};

const BASELINE = 'base';

const codeOf = (option: string): string => findSubstitution(option)?.code ?? option;

/**
 * The part of a design id that names its changes: `<operator><code>` per substitution, `<operator>w<channels>` per
 * changed width, joined with `.`; `base` for the unchanged network.
 */
export const changesId = ({ substitutions, widths }: Changes): string => {
  const parts: string[] = [];
  for (const [operator, option] of substitutions) parts.push(`${operator}${codeOf(option)}`);
  for (const [operator, channels] of widths) parts.push(`${operator}w${channels}`);
  return parts.length === 0 ? BASELINE : parts.join('.');
};

/**
 * Readable id of a design, the same for the same choices in any run: `1s.4r.0w24@u55-128`, that is `changesId` and the
 * system; `base@…` for the unchanged network.
 */
export const designId = (space: Space, digits: Digits): string => {
  const system = space.systems[digits[space.sites.length + space.groups.length]!]!;
  return `${changesId(changesOf(space, digits))}@${system.code}`;
};

/**
 * The changes that a design id names; its system, if any, is returned as it stands.
 * @throws a usage error for text that is no design id
 */
export const parseDesignId = (id: string): Changes & { readonly system: string | undefined } => {
  const [changes = '', system] = id.split('@', 2);
  const substitutions = new Map<number, string>();
  const widths = new Map<number, number>();
  for (const part of changes === BASELINE ? [] : changes.split('.')) {
    const match = /^(\d+)([a-z]+)(\d*)$/.exec(part);
    const [operator, letters = '', number = ''] = [Number(match?.[1]), match?.[2], match?.[3]];
    const substitution = findSubstitution(letters + number);
    if (match !== null && letters === 'w' && Number(number) >= 1) {
      once(widths, operator, Number(number), id);
    } else if (match !== null && substitution?.code === letters + number) {
      once(substitutions, operator, substitution.name, id);
    } else {
      throw usageError(
        `design "${id}" is not a design id; copy one from the design column of ranking.csv, such as 1s.4s@u55-128`,
      );
    }
  }
  return { substitutions, widths, system };
};

/** Digits of a design given by its changes; undefined where the space does not hold it. */
export const digitsOf = (space: Space, changes: Changes, system = 0): Uint16Array | undefined => {
  const known = new Set<number>();
  const siteDigits = space.sites.map(({ site, options }) => {
    known.add(site.operator);
    return options.indexOf(changes.substitutions.get(site.operator) ?? STANDARD);
  });
  const groupDigits = space.groups.map(({ group, widths }) => {
    const named = group.operators.find((operator) => changes.widths.has(operator));
    return widths.indexOf(named === undefined ? group.channels : changes.widths.get(named)!);
  });
  const inGroups = new Set(space.groups.flatMap(({ group }) => group.operators));
  const foreign =
    [...changes.substitutions.keys()].some((operator) => !known.has(operator)) ||
    [...changes.widths.keys()].some((operator) => !inGroups.has(operator));
  const digits = [...siteDigits, ...groupDigits, system];
  return foreign || digits.includes(-1) ? undefined : Uint16Array.from(digits);
};

/** Layers and widths that a design changes. */
export const changeCount = ({ sites, groups }: Space, digits: Digits): number => {
  let count = 0;
  sites.forEach(({ options }, i) => (count += Number(options[digits[i]!] !== STANDARD)));
  groups.forEach(({ group, widths }, i) => {
    count += Number(widths[digits[sites.length + i]!] !== group.channels);
  });
  return count;
};
