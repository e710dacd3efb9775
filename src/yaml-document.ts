import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { inputError, type Setting } from './errors.js';
import { MOST_TEXT_BYTES, READ_FAULTS, readFault, readRegular } from './files.js';
import { suggestion } from './suggest.js';

export type YamlPath = readonly PropertyKey[];

/** A YAML file as plain values, with the place of each of them. */
export interface YamlDocument {
  readonly value: unknown;
  /** `file.yaml:12:5` of the value at a path; of the key itself with `key`. */
  readonly place: (path: YamlPath, key?: boolean) => string;
}

interface Found {
  readonly key: unknown;
  readonly value: unknown;
}

const resolved = (node: unknown, document: Document): unknown =>
  isAlias(node) ? node.resolve(document) : node;

/** Key and value nodes at a path, as far as it exists. */
const walk = (document: Document, path: YamlPath): Found => {
  let found: Found = { key: undefined, value: document.contents };
  for (const step of path) {
    const node = resolved(found.value, document);
    if (isMap(node)) {
      const pair = node.items.find((p) => isScalar(p.key) && String(p.key.value) === String(step));
      if (pair === undefined) break;
      found = { key: pair.key, value: pair.value ?? pair.key };
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) break;
      found = { key: item, value: item };
    } else {
      break;
    }
  }
  return found;
};

/** Where a map has the key `__proto__`, which plain objects cannot hold as others: it would be lost without a word. */
const pollutingKey = (document: Document): number | undefined => {
  let found: number | undefined;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== '__proto__') return undefined;
      found = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
};

/**
 * Reads YAML text.
 * @throws an input error that names file, line and column, for anything that is not one well-formed document
 */
export const parseYaml = (text: string, file: string): YamlDocument => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw inputError(`${placeAt(error.pos[0])}: not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
  }
  const place = (path: YamlPath, key = false): string => {
    const found = walk(document, path);
    const node = key && found.key !== undefined ? found.key : found.value;
    return placeAt(isNode(node) ? (node.range?.[0] ?? 0) : 0);
  };
  const polluting = pollutingKey(document);
  if (polluting !== undefined) {
    throw inputError(`${placeAt(polluting)}: "__proto__" is not known here`);
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown, place };
  } catch (cause) {
    throw inputError(
      `${file}: not usable YAML: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
};

/** What a YAML file is, for messages, and the setting that names it. */
export interface YamlKind {
  readonly what: string;
  readonly setting: Setting;
}

/**
 * Reads a YAML file.
 * @throws an input error if it cannot be read or parsed
 */
export const readYaml = (file: string, { what, setting }: YamlKind): YamlDocument => {
  let text: string;
  try {
    text = new TextDecoder().decode(readRegular(file, MOST_TEXT_BYTES));
  } catch (cause) {
    const code = readFault(cause) ?? '';
    throw inputError(
      code === 'ENOENT'
        ? `${file}: there is no such file; check the path of the ${what}`
        : `${file}: cannot be read as a YAML file, since ${READ_FAULTS[code] ?? code}; check that it is a readable text file`,
      cause,
      setting,
    );
  }
  return parseYaml(text, file);
};

type Issue = z.core.$ZodIssue;

const sentence = (
  issue: Issue,
  document: YamlDocument,
  keys: (path: YamlPath) => readonly string[],
): string => {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    return `${document.place([...issue.path, key], true)}: "${key}" is not known here${suggestion(key, keys(issue.path))}`;
  }
  if (issue.code === 'invalid_key') {
    const detail = issue.issues[0]?.message ?? issue.message;
    return `${document.place(issue.path, true)}: "${String(issue.path.at(-1))}" ${detail}`;
  }
  const name = issue.path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('');
  return `${document.place(issue.path)}: ${name.replace(/^\./, '') || 'the file'} ${issue.message}`;
};

/**
 * Checks a document against a schema.
 * @param keys names that may stand at a path, for suggestions
 * @throws an input error with the place of the first fault
 */
export const validateYaml = <T>(
  document: YamlDocument,
  schema: z.ZodType<T>,
  keys: (path: YamlPath) => readonly string[],
): T => {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  // A misspelt key also shows as a missing one: the former says what to do.
  const { issues } = result.error;
  throw inputError(
    sentence(issues.find((i) => i.code === 'unrecognized_keys') ?? issues[0]!, document, keys),
  );
};
