import { inputError } from '../../errors.js';
import { familyOf } from '../../npu/accelerator-names.js';
import type { System } from '../../npu/system.js';
import { CALIBRATION_SCHEMA, memoryRecord, type Calibration } from './calibration.js';
import { NO_FACTORS, type Factors } from './factors.js';
import { fit, leftOut, networkFactor, predicted, type Fit, type Measured } from './fit.js';

/** One measured total, with what is said of it. */
export interface Log {
  readonly name: string;
  /** SHA-256 of the log, and of the model's file. */
  readonly hash: string;
  readonly model: string;
  /** Name of the network. */
  readonly network: string;
  readonly system: System;
  readonly profile: string;
  readonly measured: Measured;
}

/** Most that two counts of one network on one system may differ. */
const SAME = 1.05;

/** @throws an input error for two logs of one network on one system that do not agree */
function refuseContradictions(logs: readonly Log[]): void {
  const seen = new Map<string, Log>();
  for (const log of logs) {
    const { accelerator, systemConfig, memoryMode } = log.system;
    const key = [log.model, accelerator, systemConfig, memoryMode].join(' ');
    const other = seen.get(key);
    const [a, b] = [log.measured.cycles, other?.measured.cycles ?? log.measured.cycles];
    if (Math.max(a, b) > SAME * Math.min(a, b)) {
      throw inputError(
        `${other!.name} and ${log.name} contradict each other: ${b} and ${a} cycles of one network on one system; leave one out`,
      );
    }
    seen.set(key, log);
  }
}

function networkFactors(logs: readonly Log[], factors: Factors): Calibration['networks'] {
  const groups = new Map<string, Log[]>();
  for (const log of logs) {
    const key = `${log.model} ${familyOf(log.measured.accelerator)}`;
    groups.set(key, [...(groups.get(key) ?? []), log]);
  }
  return [...groups.values()].map((group) => ({
    network: group[0]!.network,
    sha256: group[0]!.model,
    family: familyOf(group[0]!.measured.accelerator),
    factor: networkFactor(
      group.map(({ measured }) => measured),
      factors,
    ),
  }));
}

/** Logs that make bars of their own. */
const ENOUGH = 10;

/** 80 % quantile of errors, as a share; null for too few. */
function barOf(errors: readonly number[]): number | null {
  if (errors.length < ENOUGH) return null;
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  return Math.expm1(sizes[Math.ceil(0.8 * (sizes.length + 1)) - 1] ?? sizes.at(-1)!);
}

/** A calibration with what is said of it besides. */
export interface Calibrated {
  readonly calibration: Calibration;
  readonly fitted: Fit;
  /** Error of each log with the fit of the others; none for a single log. */
  readonly errors: readonly number[];
}

/**
 * Calibrates by logs.
 * @param made what made it, and when
 * @throws an input error for logs that contradict each other
 */
export function calibrate(
  logs: readonly Log[],
  made: Pick<Calibration, 'tool_version' | 'date'>,
): Calibrated {
  refuseContradictions(logs);
  const measured = logs.map((log) => log.measured);
  const fitted = fit(measured);
  const { factors } = fitted;
  const errors = logs.length > 1 ? leftOut(measured) : [];
  const memories = new Map(
    measured.map(({ memory }) => memoryRecord(memory)).map((record) => [JSON.stringify(record), record]),
  );
  const calibration: Calibration = {
    schema: CALIBRATION_SCHEMA,
    ...made,
    memories: [...memories.values()],
    factors,
    networks: networkFactors(logs, factors),
    logs: logs.map((log) => ({
      log: log.name,
      sha256: log.hash,
      model_sha256: log.model,
      accelerator: log.system.accelerator,
      system_config: log.system.systemConfig,
      memory_mode: log.system.memoryMode,
      profile: log.profile,
      cycles: log.measured.cycles,
      before: Math.round(predicted(log.measured, NO_FACTORS)),
      after: Math.round(predicted(log.measured, factors)),
    })),
    bar: barOf(errors),
  };
  return { calibration, fitted, errors };
}
