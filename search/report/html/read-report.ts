import { z } from 'zod';
import { REPORT_SCHEMA, type ReportData } from '../../../report-html/contract.js';
import { ARRAYS, fromPlanes } from '../../../report-html/numbers.js';
import { inputError } from '../../../src/errors.js';
import { count, optimise, origin, value } from '../schema/common.js';
import { inflated } from './pack.js';

const PACKED = z
  .object({ kind: z.enum(['u8', 'u16', 'u32', 'f32', 'f64']), data: z.base64() })
  .meta({ id: 'numbers' });
const COLUMN = z.object({
  name: z.string(),
  label: z.string(),
  unit: z.string(),
  headline: z.boolean(),
  direction: z.enum(['min', 'max']),
  definition: z.string(),
  error: z
    .union([z.object({ standard: z.string() }), z.object({ low: z.string(), high: z.string() })])
    .optional(),
  source: z.discriminatedUnion('from', [
    z.object({ from: z.literal('rows'), values: PACKED }),
    z.object({ from: z.literal('system'), values: z.array(value) }),
    z.object({
      from: z.literal('quotient'),
      of: z.string(),
      times: z.number(),
      by: z.enum(['clock', 'baseline']),
    }),
  ]),
});
const SIDE = z
  .object({
    text: z.string(),
    cycles: count,
    shares: z.array(z.tuple([count, z.number()])),
    sentences: z.array(z.string()),
  })
  .nullable();
const MODEL = z.object({
  name: z.string(),
  path: z.string(),
  sha256: z.string(),
  optimise,
  designs: z.object({
    space: z.union([z.number(), z.string()]),
    evaluated: count,
    ranked: count,
    front: count,
    held: count,
  }),
  objectives: z.array(z.object({ column: z.string(), direction: z.enum(['min', 'max']) })),
  choices: z.array(
    z.object({
      kind: z.enum(['site', 'width']),
      operator: count,
      label: z.string(),
      options: z.array(z.string()),
      codes: z.array(z.string()),
    }),
  ),
  systems: z
    .array(
      z.object({
        code: z.string(),
        accelerator: z.string(),
        systemConfig: z.string(),
        memoryMode: z.string(),
        coreClock: z.number(),
        system: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1),
  columns: z.array(COLUMN),
  unchanged: z.array(z.array(value)),
  rows: z.object({ rank: PACKED, paretoRank: PACKED, systemRank: PACKED, digits: PACKED }),
  marks: z.object({ pick: count.nullable(), knees: z.array(count), shown: z.array(count) }),
  fitted: z.array(z.object({ operator: origin, before: SIDE, after: SIDE })).optional(),
});
/** The content of `report.json`. */
export const REPORT_FILE = z.object({
  schema: z.literal(REPORT_SCHEMA),
  version: z.string(),
  command: z.string(),
  applyArguments: z.array(z.string()),
  models: z.array(MODEL).min(1),
});

type Model = z.infer<typeof MODEL>;

/** What is wrong with the lengths of a model's columns; undefined where nothing is. */
const lengthFault = ({ designs: { held }, choices, columns, rows }: Model): string | undefined => {
  const packed = [
    ...Object.entries(rows).map(([name, values]) => ({ name, values })),
    ...columns.flatMap(({ name, source }) => (source.from === 'rows' ? { name, values: source.values } : [])),
  ];
  for (const { name, values } of packed) {
    const { kind, data } = values;
    const length = values === rows.digits ? held * (choices.length + 1) : held;
    try {
      const bytes = inflated(data).length;
      if (bytes !== length * ARRAYS[kind].BYTES_PER_ELEMENT)
        return `${name} has ${bytes} bytes for ${length} numbers`;
    } catch {
      return `${name} cannot be inflated`;
    }
  }
  return undefined;
};

/** What a model refers to that is not there; undefined where nothing is. */
const referenceFault = ({ designs, choices, systems, columns, rows, marks }: Model): string | undefined => {
  const { held } = designs;
  const marked = [...marks.knees, ...marks.shown, ...(marks.pick === null ? [] : [marks.pick])];
  if (marked.some((row) => row >= held)) return 'a mark is of no row';
  const radices = [...choices.map(({ codes }) => codes.length), systems.length];
  const digits = fromPlanes(inflated(rows.digits.data), rows.digits.kind);
  if (digits.some((digit, i) => !(digit < radices[Math.floor(i / held)]!))) return 'a digit is of no option';
  if (choices.some(({ codes, options }) => codes.length !== options.length)) return 'an option has no code';
  const names = columns.map(({ name }) => name);
  const isLost = columns.some(
    ({ source }, i) => source.from === 'quotient' && !names.slice(0, i).includes(source.of),
  );
  return isLost ? 'a quotient is of no column before it' : undefined;
};

/**
 * The report that a text holds.
 * @param path of the text, for messages
 * @throws an input error for a text that holds none
 */
export const parseReport = (text: string, path: string): ReportData => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw inputError(`${path}: it is not JSON; run the search again`, error);
  }
  const parsed = REPORT_FILE.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw inputError(`${path}: it is no ${REPORT_SCHEMA}: ${issue!.path.join('.')}: ${issue!.message}`);
  }
  const report = parsed.data;
  for (const model of report.models) {
    const fault = lengthFault(model) ?? referenceFault(model);
    if (fault !== undefined) throw inputError(`${path}: ${model.name}: ${fault}`);
  }
  return report as ReportData;
};
