import { z } from 'zod';
import { inputError } from '../../errors.js';
import type { Family } from '../../npu/family.js';
import { FAMILIES } from '../../npu/family.js';
import type { MemoryTiming } from '../profiles.js';

/** Version of the shape of a calibration file. */
export const CALIBRATION_SCHEMA = 'paretou/calibration@1';

const factor = z
  .number()
  .min(1 / 20)
  .max(20);
const latency = z.number().min(0).max(1e6);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const memory = z.strictObject({
  sramLatency: latency,
  readLatency: latency,
  writeLatency: latency,
  bytesPerCycle: z.number().positive().max(1e6),
  /** No limit is null. */
  reads: z.number().positive().nullable(),
});

const file = z.strictObject({
  schema: z.literal(CALIBRATION_SCHEMA),
  tool_version: z.string().max(100),
  date: z.string().max(100),
  /** The timings that the logs were predicted with, and that the factors are of. */
  memories: z.array(memory).min(1).max(1000),
  factors: z.strictObject({ latency: factor, cyclesPerBrick: factor, layerLatencies: factor }),
  networks: z
    .array(z.strictObject({ network: z.string(), sha256, family: z.enum(FAMILIES), factor }))
    .max(10_000),
  logs: z
    .array(
      z.strictObject({
        log: z.string(),
        sha256,
        model_sha256: sha256,
        accelerator: z.string(),
        system_config: z.string(),
        memory_mode: z.string(),
        profile: z.string(),
        cycles: z.number().positive(),
        before: z.number().positive(),
        after: z.number().positive(),
      }),
    )
    .min(1)
    .max(10_000),
  /** 80 % of the logs' own errors, as a share, where there are enough of them; null where not. */
  bar: z.number().min(0).max(100).nullable(),
});

/** What logs have changed: factors with where they hold, and the logs that they are from. */
export type Calibration = z.infer<typeof file>;

/**
 * A calibration from the text of its file.
 * @throws an input error that names the file, and the key that is wrong
 */
export function readCalibration(text: string, path: string): Calibration {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw inputError(`${path}: it is no JSON, expected a file that paretou calibrate wrote`);
  }
  const result = file.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue!.path.map(String).join('.');
  throw inputError(
    `${path}: ${where === '' ? 'it' : where} is not as in a file that paretou calibrate wrote (${CALIBRATION_SCHEMA}): ${issue!.message}`,
  );
}

/** A timing as the file has it. */
export const memoryRecord = (timing: MemoryTiming): Calibration['memories'][number] => ({
  ...timing,
  reads: Number.isFinite(timing.reads) ? timing.reads : null,
});

/** Whether the factors are of a memory with that timing. */
export function holdsFor({ memories }: Calibration, timing: MemoryTiming): boolean {
  const own = memoryRecord(timing);
  return memories.some((known) =>
    (Object.keys(own) as (keyof typeof own)[]).every((key) => known[key] === own[key]),
  );
}

/** Factor on the totals of a network on a family; 1 for networks without a log. */
export const factorOf = ({ networks }: Calibration, model: string | undefined, family: Family): number =>
  networks.find((network) => network.sha256 === model && network.family === family)?.factor ?? 1;
