import { z } from 'zod';
import { inputError } from '../errors.js';
import { QUANTITIES, type BudgetFigures, type OperatorFigures, type Quantity } from './figures.js';

/** Version of the shape of a baseline file. */
export const BASELINE_SCHEMA = 'paretou/baseline@1';

const operator = z.strictObject({
  operator: z.int().min(-1),
  name: z.string(),
  kind: z.string(),
  on_cpu: z.boolean(),
  cycles: z.number().min(0),
});

const value = z.number().min(0).nullable();

const system = z.strictObject({
  accelerator: z.string(),
  system_config: z.string(),
  memory_mode: z.string(),
  optimise: z.enum(['Performance', 'Size']),
  values: z.strictObject(
    Object.fromEntries(QUANTITIES.map((quantity) => [quantity, value])) as Record<Quantity, typeof value>,
  ),
  operators: z.array(operator).max(1_000_000),
});

/** What a baseline file holds. */
export const BASELINE_FILE = z.strictObject({
  schema: z.literal(BASELINE_SCHEMA),
  model: z.string(),
  systems: z.array(system).min(1).max(10_000),
});

/** What is known of an earlier state of a network on one system. */
export interface Baseline {
  readonly values: Readonly<Record<Quantity, number | undefined>>;
  readonly operators: readonly OperatorFigures[];
}

/** The file that later checks compare with. */
export const baselineText = (model: string, systems: readonly BudgetFigures[]): string => {
  const content: z.infer<typeof BASELINE_FILE> = {
    schema: BASELINE_SCHEMA,
    model,
    systems: systems.map(({ accelerator, systemConfig, memoryMode, optimise, values, operators }) => ({
      accelerator,
      system_config: systemConfig,
      memory_mode: memoryMode,
      optimise,
      values: Object.fromEntries(
        QUANTITIES.map((quantity) => [quantity, values[quantity] ?? null]),
      ) as Record<Quantity, number | null>,
      operators: operators.map(({ onCpu, ...rest }) => ({ ...rest, on_cpu: onCpu })),
    })),
  };
  return `${JSON.stringify(content, undefined, 1)}\n`;
};

/** What a baseline file says of the system of some figures. */
export type FindBaseline = (figures: BudgetFigures) => Baseline;

/**
 * Reads the text of a baseline file. What it gives throws an input error for a system that the file does not know.
 * @throws an input error for a file that check did not write
 */
export const readBaseline = (text: string, file: string): FindBaseline => {
  const bad = (what: string, cause?: unknown): Error => inputError(`${file}: ${what}`, cause, 'baseline');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw bad('it is not JSON; write it again with check', cause);
  }
  const parsed = BASELINE_FILE.safeParse(json);
  if (!parsed.success) {
    const where = parsed.error.issues[0]!.path.map(String).join('.');
    throw bad(`it is no baseline of this version (${where || 'the file'}); write it again with check`);
  }
  const { systems } = parsed.data;
  return ({ accelerator, systemConfig, memoryMode, optimise }) => {
    const found = systems.find(
      (entry) =>
        entry.accelerator === accelerator &&
        entry.system_config === systemConfig &&
        entry.memory_mode === memoryMode &&
        entry.optimise === optimise,
    );
    if (found === undefined) {
      throw bad(
        `it has no figures of ${accelerator}, ${systemConfig}, ${memoryMode}, ${optimise}; write it again for this system`,
      );
    }
    return {
      values: Object.fromEntries(
        QUANTITIES.map((quantity) => [quantity, found.values[quantity] ?? undefined]),
      ) as Baseline['values'],
      operators: found.operators.map(({ on_cpu: onCpu, ...rest }) => ({ ...rest, onCpu })),
    };
  };
};
