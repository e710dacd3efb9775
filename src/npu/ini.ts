import { inputError } from '../errors.js';

/** One `key=value` line. */
export interface IniEntry {
  readonly key: string;
  readonly value: string;
  readonly file: string;
  /** Line of the key, from 1. */
  readonly line: number;
}

/** A `[name]` header and the entries up to the next one. */
export interface IniSection {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly entries: readonly IniEntry[];
}

/** `file:line`, the way messages point into a configuration file. */
export const at = (where: { readonly file: string; readonly line: number }): string =>
  `${where.file}:${where.line}`;

/**
 * Splits a configuration file into sections. Whole lines that start with `;` or `#` are comments; there are no
 * comments behind a value; key and value are separated by the first `=` or `:`; a name may stand only once in its
 * section and a section only once in the file (the rules of the reference compiler's front end,
 * docs/model/systems.md#configuration-files).
 * @throws an input error that names file and line
 */
export function parseIni(text: string, file: string): readonly IniSection[] {
  const sections: { name: string; file: string; line: number; entries: IniEntry[] }[] = [];
  let indent = 0;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || content.startsWith(';') || content.startsWith('#')) continue;
    const section = sections.at(-1);
    const depth = raw.length - raw.trimStart().length;
    if (section !== undefined && section.entries.length > 0 && depth > indent) {
      throw inputError(
        `${file}:${line}: "${content}" is indented deeper than the key above and would continue its value; ` +
          'remove the indentation',
      );
    }
    indent = depth;
    const header = /^\[([^\]]+)\]$/.exec(content);
    if (header !== null) {
      const name = header[1]!;
      const before = sections.find((s) => s.name === name);
      if (before !== undefined) {
        throw inputError(
          `${file}:${line}: section [${name}] already stands in line ${before.line}; merge the two or rename one`,
        );
      }
      sections.push({ name, file, line, entries: [] });
      continue;
    }
    if (section === undefined) {
      throw inputError(
        `${file}:${line}: "${shorten(content)}" stands before any section; ` +
          'a configuration file starts with a header such as [System_Config.My_System]',
      );
    }
    const parts = /^([^=:]*?)\s*[=:]\s*(.*)$/.exec(content);
    if (parts === null || parts[1] === '') {
      throw inputError(
        `${file}:${line}: "${shorten(content)}" in [${section.name}] is neither a [section] nor a key=value line; ` +
          'correct it, or start it with ; to make it a comment',
      );
    }
    const key = parts[1]!;
    const twin = section.entries.find((entry) => entry.key.toLowerCase() === key.toLowerCase());
    if (twin !== undefined) {
      throw inputError(
        `${file}:${line}: key ${key} of [${section.name}] already stands in line ${twin.line}; remove one of them`,
      );
    }
    section.entries.push({ key, value: parts[2]!, file, line });
  }
  return sections;
}

const shorten = (content: string): string => (content.length > 60 ? `${content.slice(0, 60)}...` : content);
