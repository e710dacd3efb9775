import { z } from 'zod';
import {
  parseYaml,
  readYaml,
  validateYaml,
  type YamlDocument,
  type YamlPath,
} from '../../src/yaml-document.js';
import { says, saysOfType } from '../../src/yaml-values.js';

/** Widths as fractions of a group's channels, or all multiples of a number between two fractions. */
export type WidthRule =
  readonly number[] | { readonly multiple_of: number; readonly from: number; readonly to: number };

/** Contents of a space file; every key is optional. */
export interface SpaceFile {
  readonly sites?: 'all' | readonly number[] | undefined;
  readonly options?: readonly string[] | undefined;
  readonly widths?: WidthRule | undefined;
  readonly site_options?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly group_widths?: Readonly<Record<string, readonly number[]>> | undefined;
  readonly systems?: readonly SystemEntry[] | undefined;
}

export interface SystemEntry {
  readonly accelerator: string;
  readonly system_config?: string | undefined;
  readonly memory_mode?: string | undefined;
}

/** A space file with the place of each value for later messages. */
export interface LoadedSpaceFile {
  readonly content: SpaceFile;
  readonly place: (path: YamlPath, key?: boolean) => string;
}

const list = <T extends z.ZodType>(item: T, what: string) =>
  z.array(item, says(`must be a list of ${what}`)).min(1, says(`is empty; list at least one`));

const index = z
  .int(says('must be an operator index, a whole number from 0'))
  .min(0, says('must be at least 0'));
const fraction = z
  .number(says('must be a fraction of the channels, such as 0.5'))
  .gt(0, says('must be above 0'))
  .max(16, says('must be at most 16'));
const channels = z
  .int(says('must be a number of channels, such as 32'))
  .min(1, says('must be at least 1'))
  .max(65536, says('must be at most 65536'));
const option = z.string(says('must be the name of an option, such as separable'));
const name = z.string(says('must be a name'));
const operatorKey = z.string().regex(/^\d+$/, says('must be an operator index, a whole number from 0'));

const multiples = z
  .strictObject(
    { multiple_of: channels, from: fraction, to: fraction },
    saysOfType('must be a list of fractions or {multiple_of, from, to}'),
  )
  .refine(({ from, to }) => from <= to, says('must have from <= to'));

const system = z.strictObject(
  {
    accelerator: z.string(says('must name an accelerator, such as ethos-u55-128')),
    system_config: name.optional(),
    memory_mode: name.optional(),
  },
  saysOfType('must be {accelerator, system_config, memory_mode}'),
);

const siteList = z.array(index);
const allSites = z.literal('all', says('must be all or a list of operator indices'));
const widthList = list(fraction, 'fractions');

/** A space file whose alternatives have these forms. */
const fileOf = <S extends z.ZodType<SpaceFile['sites']>, W extends z.ZodType<SpaceFile['widths']>>(
  sites: S,
  widths: W,
) =>
  z.strictObject(
    {
      sites: sites.optional().describe('Operators that may be replaced: all, or a list of their indices'),
      options: list(option, 'options, such as [standard, separable]')
        .optional()
        .describe('What every site may become'),
      widths: widths.optional().describe('Channels that every width group may have, as fractions of its own'),
      site_options: z
        .record(
          operatorKey,
          list(option, 'options, such as [standard, separable]'),
          saysOfType('must map operator indices to lists of options'),
        )
        .optional()
        .describe('What single sites may become, by operator index'),
      group_widths: z
        .record(
          operatorKey,
          list(channels, 'channel counts, such as [32, 48]'),
          saysOfType('must map operator indices to lists of channel counts'),
        )
        .optional()
        .describe('Channels that single width groups may have, by the index of any of their operators'),
      systems: list(system, 'systems').optional().describe('Systems to search'),
    },
    saysOfType('must be a map with any of sites, options, widths, site_options, group_widths and systems'),
  );

/** What a space file may hold. */
export const SPACE_FILE = fileOf(z.union([allSites, siteList]), z.union([widthList, multiples]));

/** Alternatives are told apart by the form of the value, so that messages name the fault in the one that was meant. */
const schemaFor = (value: unknown): z.ZodType<SpaceFile> => {
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return fileOf(
    Array.isArray(given['sites']) ? siteList : allSites,
    Array.isArray(given['widths']) ? widthList : multiples,
  );
};

const keysAt = (path: YamlPath): readonly string[] => {
  if (path[0] === 'widths') return Object.keys(multiples.shape);
  return Object.keys(path[0] === 'systems' ? system.shape : SPACE_FILE.shape);
};

const validated = (document: YamlDocument): LoadedSpaceFile => {
  const { value, place } = document;
  if (value === null || value === undefined) return { content: {}, place };
  return { content: validateYaml(document, schemaFor(value), keysAt), place };
};

/**
 * Parses the text of a space file; `file` is its name in messages.
 * @throws an input error with file, line and column of the first fault
 */
export const parseSpaceFile = (text: string, file: string): LoadedSpaceFile =>
  validated(parseYaml(text, file));

/**
 * Reads a space file.
 * @throws an input error with file, line and column of the first fault
 */
export const readSpaceFile = (file: string): LoadedSpaceFile =>
  validated(readYaml(file, { what: 'space file', setting: 'space' }));
