import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { bytesIn } from '../sizes.js';
import { parseYaml, readYaml, validateYaml, type YamlDocument, type YamlPath } from '../yaml-document.js';
import { says, saysOfType, sizeValue } from '../yaml-values.js';
import { QUANTITIES, type Quantity } from './figures.js';

const whole = (what: string) =>
  z.int(says(`must be a whole number of ${what}`)).min(0, says('must be at least 0'));
const milliseconds = z
  .number(says('must be a number of milliseconds, such as 2.5'))
  .gt(0, says('must be above 0'));
const PERCENT = /^(\d+(?:\.\d+)?) ?%$/;
const percent = z
  .string(says('must be a percentage in quotes or with a sign, such as 2%'))
  .regex(PERCENT, says('must be a percentage, such as 2%'));

const mapOf = (keys: string) => saysOfType(`must be a map with any of ${keys}`);

const limits = {
  cycles: whole('cycles'),
  ms: milliseconds,
  fvp_ms: milliseconds,
  sram: sizeValue,
  flash: sizeValue,
  cpu_operators: whole('operators'),
} satisfies Record<Quantity, z.ZodType>;

/** What is said of a key in the published schema. */
const MEANING: Readonly<Record<Quantity, string>> = {
  cycles: 'cycles of one inference, as the compiler reports them',
  ms: 'milliseconds of one inference by these cycles',
  fvp_ms: 'milliseconds of one inference by the FVP-like cycles',
  sram: 'bytes of SRAM used',
  flash: 'bytes of weights and other constants',
  cpu_operators: 'operators that run on the CPU',
};

const described = <T extends z.ZodType>(schema: T, quantity: Quantity, kind: string): T =>
  schema.describe(`${kind} ${MEANING[quantity]}`);

const each = <V extends z.ZodType>(make: (quantity: Quantity) => V): Record<Quantity, V> =>
  Object.fromEntries(QUANTITIES.map((quantity) => [quantity, make(quantity)])) as Record<Quantity, V>;

const KEYS = QUANTITIES.join(', ');

/** What a budget file may hold. */
export const BUDGET_FILE = z.strictObject(
  {
    most: z
      .strictObject(
        each((quantity) => described(limits[quantity], quantity, 'Most').optional()),
        mapOf(KEYS),
      )
      .optional()
      .describe('Limits of the network'),
    baseline: z
      .strictObject(
        {
          file: z
            .string(says('must be the path of a file that check wrote'))
            .describe('What check wrote for the network before; relative to the budget file'),
          most_over: z
            .strictObject(
              each((quantity) => described(percent, quantity, 'By how much may grow:').optional()),
              mapOf(KEYS),
            )
            .optional()
            .describe('By how much figures may exceed those of the baseline'),
          no_operator_leaves_the_npu: z
            .boolean(says('must be true or false'))
            .optional()
            .describe('Whether every operator that ran on the NPU still has to'),
        },
        mapOf('file, most_over and no_operator_leaves_the_npu'),
      )
      .optional()
      .describe('Limits relative to an earlier state of the network'),
  },
  mapOf('most and baseline'),
);

type BudgetContent = z.infer<typeof BUDGET_FILE>;

/** Limits to hold a network to. */
export interface Budget {
  readonly most: ReadonlyMap<Quantity, number>;
  readonly baseline?: {
    readonly file: string;
    /** By which share figures may exceed those of the baseline. */
    readonly mostOver: ReadonlyMap<Quantity, number>;
    readonly noOperatorLeaves: boolean;
  };
}

const keysAt = (path: YamlPath): readonly string[] => {
  if (path[0] === 'most' || path[1] === 'most_over') return QUANTITIES;
  return path[0] === 'baseline' ? ['file', 'most_over', 'no_operator_leaves_the_npu'] : ['most', 'baseline'];
};

const entries = <V>(map: Readonly<Partial<Record<Quantity, V | undefined>>> | undefined): [Quantity, V][] =>
  QUANTITIES.flatMap((quantity): [Quantity, V][] => {
    const value = map?.[quantity];
    return value === undefined ? [] : [[quantity, value]];
  });

const shareOf = (text: string): number => Number(PERCENT.exec(text)![1]) / 100;

const budgetOf = ({ most, baseline }: BudgetContent, folder: string): Budget => ({
  most: new Map(entries<number | string>(most).map(([quantity, limit]) => [quantity, bytesIn(limit)])),
  ...(baseline && {
    baseline: {
      file: isAbsolute(baseline.file) ? baseline.file : join(folder, baseline.file),
      mostOver: new Map(
        entries<string>(baseline.most_over).map(([quantity, text]) => [quantity, shareOf(text)]),
      ),
      noOperatorLeaves: baseline.no_operator_leaves_the_npu === true,
    },
  }),
});

const validated = (document: YamlDocument, file: string): Budget =>
  budgetOf(validateYaml(document, BUDGET_FILE, keysAt), dirname(file));

/**
 * Parses the text of a budget file; `file` is its name in messages.
 * @throws an input error with file, line and column of the first fault
 */
export const parseBudget = (text: string, file: string): Budget => validated(parseYaml(text, file), file);

/**
 * Reads a budget file.
 * @throws an input error with file, line and column of the first fault
 */
export const readBudget = (file: string): Budget =>
  validated(readYaml(file, { what: 'budget file', setting: 'budget' }), file);
