import { dirname } from 'node:path';
import { z } from 'zod';
import { readYaml, validateYaml, type YamlPath } from '../yaml-document.js';
import { says, saysOfType, sizeValue } from '../yaml-values.js';

const name = (what: string) => z.string(says(`must be ${what}`)).min(1, says('is empty'));
const CLOCK = /^(\d+(?:\.\d+)?) ?(MHz|GHz)$/;

/** Hertz of a clock, such as `400 MHz`. */
export const hertzOf = (text: string): number => {
  const [, amount, unit] = CLOCK.exec(text)!;
  return Number(amount) * (unit === 'MHz' ? 1e6 : 1e9);
};

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
    sram: sizeValue.optional().describe('SRAM that the network may use'),
    flash: sizeValue.optional().describe('Flash that its constants may use'),
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
  saysOfType('must be a map of keys such as accelerator and sram'),
);

/** What a parts file may hold. */
export const PARTS_FILE = z.strictObject(
  {
    parts: z.record(
      z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, says('must be a name of letters, digits, dots and dashes')),
      PART,
      saysOfType('must map names to parts'),
    ),
  },
  saysOfType('must be a map with the key parts'),
);

/** What a file says of one part. */
export type PartEntry = z.infer<typeof PART>;

const PART_KEYS = Object.keys(PART.shape);

const keysAt = (path: YamlPath): readonly string[] => (path.length < 2 ? ['parts'] : PART_KEYS);

/** An entry with where it is from. */
export interface PlacedEntry {
  readonly entry: PartEntry;
  /** Of its file. */
  readonly folder: string;
  /** `parts.yaml:12:5` of the value of a key; without keys, of the part's name. */
  readonly place: (...keys: string[]) => string;
}

/**
 * Reads the entries of a parts file, by the names of the parts.
 * @throws an input error with file, line and column of the first fault
 */
export const readPartsFile = (file: string): Map<string, PlacedEntry> => {
  const document = readYaml(file, { what: 'parts file', setting: 'parts' });
  const { parts } = validateYaml(document, PARTS_FILE, keysAt);
  const place =
    (id: string) =>
    (...keys: string[]): string =>
      document.place(['parts', id, ...keys], keys.length === 0);
  return new Map(
    Object.entries(parts).map(([id, entry]) => [id, { entry, folder: dirname(file), place: place(id) }]),
  );
};
