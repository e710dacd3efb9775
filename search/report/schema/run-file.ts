import { z } from 'zod';
import { METHODS } from '../../explore/methods.js';
import { SWEEP_SCHEMA } from '../sweep-json.js';
import {
  constraint,
  count,
  designCount,
  objective,
  operator,
  optimise,
  placements,
  samples,
  searchFacts,
  sha256,
  stopped,
  system,
  value,
  worker,
} from './common.js';

const space = z.strictObject({
  designs: designCount,
  sites: z.array(
    z.strictObject({
      operator,
      kernel: z.tuple([count, count]),
      input_channels: count,
      output_channels: count,
      options: z.array(z.string()),
    }),
  ),
  width_groups: z.array(
    z.strictObject({
      operator,
      operators: z.array(operator),
      channels: count,
      widths: z.array(count),
    }),
  ),
  systems: z.array(system).min(1),
  optimise,
});

/** How the designs of a model were chosen, and how many of them were evaluated. */
const evaluated = { how: z.string(), limit: count, planned: count, finished: count, failed: count };
const [exhaustive, sample, evolve, exact] = searchFacts;

/** What the front dominates: value per objective of the reference, and the share of the box below it. */
const coverage = {
  front_size: count,
  reference_point: z.array(value).nullable(),
  hypervolume: value,
};

/** The content of `run.json`. */
export const RUN_FILE = z.strictObject({
  schema: z.literal(SWEEP_SCHEMA),
  version: z.string(),
  models: z
    .array(
      z.strictObject({
        name: z.string(),
        path: z.string(),
        sha256,
        space,
        evaluated: z.discriminatedUnion('method', [
          exhaustive.extend(evaluated),
          sample.extend(evaluated),
          evolve.extend(evaluated),
          exact.extend(evaluated),
        ]),
        ...coverage,
        ...placements,
      }),
    )
    .min(1),
  designs_in_space: designCount,
  designs_evaluated: count,
  designs_meeting_constraints: count,
  method: z.enum(METHODS),
  limit: count,
  time_budget_seconds: z.number().positive().nullable(),
  seed: z.int(),
  objectives: z.array(objective).min(1),
  objectives_chosen: z.enum(['by the user', 'by default']),
  constraints: z.array(constraint),
  ...coverage,
  stopped: stopped.nullable(),
  interrupted: z.boolean(),
  failures: z.array(z.strictObject({ model: z.string(), design: z.string(), reason: z.string() })),
  notes: z.array(z.string()),
  timings: z.strictObject({
    jobs: count,
    reading_seconds: z.number(),
    evaluating_and_ranking_seconds: z.number(),
  }),
  samples: samples.optional(),
  workers: z.array(worker).optional(),
});
