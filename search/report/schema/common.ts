import { z } from 'zod';
import { METRIC_NAMES, METRICS, type MetricName } from '../../metrics.js';

/** A whole number from 0. */
export const count = z.int().nonnegative();
/** A number, or null where it is not known. */
export const value = z.number().nullable();
/** A number of designs: as text where it is too large for a number. */
export const designCount = z.union([count, z.string().regex(/^\d+$/)]);
/** Hexadecimal digits of SHA-256. */
export const sha256 = z.string().regex(/^[\da-f]{64}$/);
/** Index of an operator of the model. */
export const operator = count;
/** The same; −1 for what was added to the network. */
export const origin = z.int().min(-1);

const valuesOf = (names: readonly MetricName[]): Record<string, z.ZodOptional<typeof value>> =>
  Object.fromEntries(names.map((name) => [name, value.optional()]));

/** Metrics by the names of the columns of `ranking.csv`, as far as they are told. */
export const figures = z.strictObject(valuesOf(METRIC_NAMES)).meta({ id: 'figures' });

/** A design in a few figures. */
export const brief = z.strictObject({
  design: z.string(),
  ...valuesOf(METRIC_NAMES.filter((name) => METRICS[name].headline)),
});

/** Shares of the squared weights that stay, and the word for them. */
export const retained = {
  retained_energy: value,
  retained_energy_quantised: value,
  weights: z.enum(['drop-in', 'fine-tune', 'retrain', 'unknown']),
};

/** A system by its names, with its speed and memory. */
export const system = z.strictObject({
  accelerator: z.string(),
  system_config: z.string(),
  memory_mode: z.string(),
  core_clock: z.number().positive(),
  arena_cache_size: count,
});

/** How a network is compiled. */
export const optimise = z.enum(['Performance', 'Size']);

/** A bound, with the option that sets it. */
export const constraint = z.strictObject({
  option: z.string(),
  column: z.enum(METRIC_NAMES),
  at_most: z.number().optional(),
  at_least: z.number().optional(),
});

/** A column; with a direction where it is not the usual one. */
export const objective = z.string().regex(/^\w+(:(min|max))?$/);

/** Where the samples of a search are from, and what each choice alone does to the outputs on them. */
export const samples = z.strictObject({
  path: z.string(),
  count,
  fit: count,
  score: count,
  seed: z.int(),
  labelled: z.boolean(),
  choices_measured: count,
  choices: count,
  choice_noise: z.record(z.string(), z.number()),
});

/** What a worker process did, or the threads of the search itself. */
export const worker = z.strictObject({
  name: z.string(),
  threads: count,
  jobs: count,
  designs: count,
  losses: count,
  retries: count,
});

/** What ended a search before its own end. */
export const stopped = z.enum(['time', 'interrupted']);

const method = <T extends z.core.$ZodLooseShape>(name: string, facts: T) =>
  z.strictObject({
    method: z.literal(name),
    why: z.string().optional(),
    stopped: stopped.optional(),
    reproducible: z.boolean().optional(),
    ...facts,
  });

const relative = z.strictObject({ column: z.string(), mean: z.number(), largest: z.number() });

/** How a space was searched, with the numbers of each method. */
export const searchFacts = [
  method('exhaustive', { designs_visited: count.optional(), failed: count.optional() }),
  method('sample', {
    mandatory: count,
    strata: z.array(z.strictObject({ changes: count, networks: count })),
  }),
  method('evolve', {
    algorithm: z.literal('NSGA-II'),
    population: count,
    generations: count,
    stopped: z.enum(['limit', 'time', 'exhausted', 'stagnation', 'interrupted']),
    reproducible: z.boolean(),
    reference_point: z.array(value).nullable(),
    history: z.array(z.strictObject({ evaluated: count, front: count, hypervolume: value })),
  }),
  method('exact', {
    designs_in_space: designCount,
    designs_considered: designCount,
    table_states: count,
    table_designs: count,
    table_encoded_sizes: z.enum(['exact', 'predicted']),
    states_without_figures: count,
    additive_front: count,
    additive_front_evaluated: count,
    additive_front_stayed: count,
    evaluated: count,
    evaluated_and_covered: count,
    front_closed: z.boolean(),
    front: count,
    least_retained: z.number(),
    epsilon: value,
    epsilon_by_retained: z.array(z.strictObject({ least_retained: z.number(), epsilon: z.number() })),
    error_band_evaluated: z.enum(['whole', 'nearest']),
    possible_improvement: z.array(z.string()),
    additive_errors: z.array(relative),
  }),
] as const;

const placement = z.strictObject({
  accelerators: z.array(z.string()),
  npu_operators: count,
  cpu_operators: count,
  cpu_reasons: z.array(
    z.strictObject({
      operator: z.string(),
      reason: z.string(),
      count,
      operators: z.array(operator),
      fix: z.string().nullable(),
    }),
  ),
});

/** What a network is, and where its operators run. */
export const placements = {
  traits: z.strictObject({
    kind: z.string(),
    compiled_for: z.string().nullable(),
    dynamic_batch: z.boolean(),
    sentences: z.array(z.string()),
  }),
  placement: z.array(placement),
};
