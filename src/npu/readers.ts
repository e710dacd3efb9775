import { inputError } from '../errors.js';
import { didYouMean, suggestion } from '../suggest.js';
import { at, type IniEntry, type IniSection } from './ini.js';

/** Entries of each section by key, as one of the two readers sees them. */
export type SectionTable = ReadonlyMap<string, ReadonlyMap<string, IniEntry>>;

/**
 * The front end's view: keys in lower case; sections of the same name in several files are merged, the later file
 * wins. Inheritance is resolved on look-up, see {@link frontEndEntry} (docs/model/systems.md#configuration-files).
 */
export function frontEndTable(sections: readonly IniSection[]): SectionTable {
  const table = new Map<string, Map<string, IniEntry>>();
  for (const section of sections) {
    const entries = table.get(section.name) ?? new Map<string, IniEntry>();
    for (const entry of section.entries) entries.set(entry.key.toLowerCase(), entry);
    table.set(section.name, entries);
  }
  return table;
}

/**
 * Value of a key as the front end finds it: the section's own, else that of the inherited section and so on, whatever
 * the order in the file. Undefined if none has it.
 * @throws an input error if a section inherits from itself (directly or around a circle) or from one that is absent
 */
export function frontEndEntry(table: SectionTable, section: string, key: string): IniEntry | undefined {
  const visited = new Set<string>();
  for (let name = section; ;) {
    visited.add(name);
    const entries = table.get(name);
    const own = entries?.get(key.toLowerCase());
    if (own !== undefined) return own;
    const parent = entries?.get('inherit');
    if (parent === undefined) return undefined;
    if (visited.has(parent.value)) {
      throw inputError(
        `${at(parent)}: [${name}] inherits from ${parent.value === name ? 'itself' : `[${parent.value}], which inherits from it`}; ` +
          'name another section or remove the line',
      );
    }
    if (!table.has(parent.value)) {
      throw inputError(
        `${at(parent)}: [${name}] inherits from [${parent.value}], which is in none of the configuration files` +
          suggestion(parent.value, [...table.keys()]),
      );
    }
    name = parent.value;
  }
}

/**
 * The core's view: keys as written; files are read one after another; an `inherit` line replaces what the section
 * holds so far by a copy of a section that stands earlier, later lines of the section override
 * (docs/model/systems.md#configuration-files). An inherited section that does not stand earlier is skipped with a
 * warning.
 */
export function coreTable(
  sections: readonly IniSection[],
  onWarning: (message: string) => void,
): SectionTable {
  const table = new Map<string, Map<string, IniEntry>>();
  for (const section of sections) {
    let entries = table.get(section.name) ?? new Map<string, IniEntry>();
    for (const entry of section.entries) {
      if (entry.key !== 'inherit') {
        entries.set(entry.key, entry);
        continue;
      }
      const parent = entry.value === section.name ? undefined : table.get(entry.value);
      if (parent === undefined) {
        onWarning(
          `${at(entry)}: [${section.name}] inherits from [${entry.value}], which does not stand before it: estimates ` +
            'do not see its keys; move it up',
        );
      } else {
        if (entries.size > 0) {
          onWarning(
            `${at(entry)}: the keys of [${section.name}] above its inherit line have no effect on estimates; ` +
              'make inherit the first line of the section',
          );
        }
        entries = new Map(parent);
      }
    }
    table.set(section.name, entries);
  }
  return table;
}

const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A number of a configuration file.
 * @throws an input error that names file, line and key
 */
export function floatValue(entry: IniEntry, section: string): number {
  const value = FLOAT.test(entry.value) ? Number(entry.value) : NaN;
  if (!Number.isFinite(value)) throw badValue(entry, section, 'a number such as 0.5 or 500e6');
  return value;
}

/**
 * A whole number of a configuration file.
 * @throws an input error that names file, line and key
 */
export function integerValue(entry: IniEntry, section: string): number {
  const value = /^[+-]?\d+$/.test(entry.value) ? Number(entry.value) : NaN;
  if (!Number.isSafeInteger(value)) throw badValue(entry, section, 'a whole number such as 32');
  return value;
}

/**
 * One of a few words, written exactly like this.
 * @throws an input error that names file, line and key, and the nearest word
 */
export function wordValue<T extends string>(entry: IniEntry, section: string, words: readonly T[]): T {
  const word = words.find((w) => w === entry.value);
  if (word === undefined) {
    throw inputError(
      `${at(entry)}: ${entry.key} of [${section}] is "${entry.value}", expected one of ${words.join(', ')}` +
        didYouMean(entry.value, words),
    );
  }
  return word;
}

function badValue(entry: IniEntry, section: string, expected: string): Error {
  const comment = /\s[;#]/.test(entry.value) ? '; put the comment on a separate line' : '';
  return inputError(
    `${at(entry)}: ${entry.key} of [${section}] is "${entry.value}", expected ${expected}${comment}`,
  );
}
