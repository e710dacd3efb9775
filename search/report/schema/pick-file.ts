import { z } from 'zod';
import { PARTS, type Part } from '../../../src/explain/account.js';
import { PICK_SCHEMA } from '../pick-json.js';
import {
  brief,
  constraint,
  count,
  figures,
  objective,
  operator,
  optimise,
  origin,
  placements,
  retained,
  samples,
  searchFacts,
  sha256,
  stopped,
  system,
  value,
  worker,
} from './common.js';

const beforeAfter = <T extends z.ZodType>(of: T) => z.strictObject({ before: of, after: of });

/** Another choice, all else being equal. */
const alternative = brief.extend({ choice: z.string() }).meta({ id: 'alternative' }).nullable();

const operation = z
  .strictObject({
    operation: z.string(),
    cycles: z.number(),
    macs: count,
    bytes: z.number(),
    bound: z.enum(Object.keys(PARTS) as [Part, ...Part[]]),
    factors: z.array(z.strictObject({ name: z.string(), value: z.number(), sentence: z.string() })),
  })
  .meta({ id: 'operation' });

/** The layers that stand for an operator, unchanged and in the design. */
const pair = {
  cycles: beforeAfter(z.number()),
  bytes: beforeAfter(z.number()),
  operations: beforeAfter(z.array(operation)),
};

const changedLayer = z.strictObject({
  operator,
  kind: z.string(),
  kernel: z.tuple([count, count]).optional(),
  option: z.string(),
  input_channels: beforeAfter(count),
  output_channels: beforeAfter(count),
  parameters: beforeAfter(count),
  ...retained,
  ...z.strictObject(pair).partial().shape,
  undone: alternative,
  explanation: z.string(),
});

const widthGroup = z.strictObject({
  operator,
  operators: z.array(operator),
  channels: beforeAfter(count),
  undone: alternative,
  explanation: z.string(),
});

/** A choice that stays as it is, with the best of the changes that were tried. */
const unchanged = z
  .array(
    z.strictObject({
      kind: z.enum(['site', 'width']),
      operator,
      best_change: alternative,
      explanation: z.string(),
    }),
  )
  .nullable();

/** A design that is near on one side, with the unchanged network on its system. */
const side = brief
  .extend({
    substitutions: z.string(),
    widths: z.string(),
    unchanged: z.strictObject({
      cycles_total: value,
      sram_total_bytes: value,
      external_total_bytes: value,
    }),
  })
  .meta({ id: 'near' })
  .nullable();

/** What `pick.json` says whether there is a pick or not. */
const common = {
  schema: z.literal(PICK_SCHEMA),
  version: z.string(),
  model: z.string(),
  path: z.string(),
  sha256,
  prefer: z.string(),
  constraints: z.array(constraint),
  min_gain: z.number(),
  objectives: z.array(objective).min(1),
  unchanged,
  search: z.strictObject({
    searches: z.array(z.discriminatedUnion('method', searchFacts).meta({ id: 'search' })),
    lines: z.array(z.string()),
    designs_evaluated: count,
    designs_meeting_constraints: count,
    designs_meeting_constraints_and_cheaper: count,
    improved_from: z.array(z.string()),
    every_choice_tried: z.boolean(),
    stopped: stopped.nullable(),
    interrupted: z.boolean(),
    seed: z.int(),
  }),
  notes: z.array(z.string()),
  samples: samples.optional(),
  workers: z.array(worker).optional(),
  ...placements,
  file: z.string().nullable(),
};

const picked = z.strictObject({
  ...common,
  design: z.string(),
  system: system.extend({ optimise }),
  substitutions: z.string(),
  widths: z.string(),
  figures: beforeAfter(figures),
  encoded_sizes: z.enum(['exact', 'predicted']),
  parameters: beforeAfter(count),
  ...retained,
  retained_unknown: z.string().optional(),
  layers: z.array(changedLayer),
  width_groups: z.array(widthGroup),
  other_layers: z.array(z.strictObject({ operator: origin, ...pair, explanation: z.string() })),
  cheaper: side,
  bytes: count.optional(),
  no_file: z.string().optional(),
});

const nothing = z.strictObject({
  ...common,
  design: z.null(),
  nearest: z.strictObject({ cheaper: side, meeting_constraints: side }),
  error: z.strictObject({ kind: z.string(), message: z.string(), exit_code: count }).optional(),
});

/** The content of `pick.json`: with the picked design, or without one where none is wanted. */
export const PICK_FILE = z.union([picked, nothing]);
