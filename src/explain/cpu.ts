import type { Layer } from '../estimate/types.js';
import { withoutTensor } from '../lowering/placement/reason.js';
import type { Program } from '../schedule/program.js';
import { cpuFix } from './cpu-fixes.js';

/** Operators that run on the CPU for the same reason. */
export interface CpuGroup {
  /** Name in TFLite, or the code of a custom operator. */
  readonly operator: string;
  readonly reason: string;
  readonly count: number;
  /** Their numbers in the model. */
  readonly origins: readonly number[];
  /** What to change so that they run on the NPU. */
  readonly fix?: string;
}

/** What there is to know of a row of the report, or of an operation that has none yet. */
type Row = Pick<Layer, 'target' | 'tfliteOperator' | 'origin'> & {
  readonly reason?: string;
  readonly fused?: boolean;
};

/** Groups what runs on the CPU by operator and reason, most frequent first. */
export function cpuGroups(rows: Iterable<Row>): readonly CpuGroup[] {
  const groups = new Map<string, CpuGroup>();
  for (const { target, fused, origin, tfliteOperator: operator, reason: full = 'no reason given' } of rows) {
    if (target !== 'CPU' || fused === true) continue;
    const reason = withoutTensor(full);
    const key = `${operator}\n${reason}`;
    const group = groups.get(key);
    const fix = cpuFix(operator, reason);
    groups.set(key, {
      operator,
      reason,
      count: (group?.count ?? 0) + 1,
      origins: [...(group?.origins ?? []), ...(origin < 0 ? [] : [origin])],
      ...(fix !== undefined && { fix }),
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** Where the operations of a program run. */
export interface Placement {
  readonly npuOperators: number;
  readonly cpuOperators: number;
  readonly groups: readonly CpuGroup[];
}

/** Where the operations of a program run: known before anything is estimated. */
export function placementOf({ ops }: Pick<Program, 'ops'>): Placement {
  const groups = cpuGroups(
    ops.map(({ lowered }) => ({
      target: lowered.target,
      origin: lowered.origin,
      tfliteOperator: lowered.source.customCode ?? lowered.source.kind,
      ...(lowered.reason !== undefined && { reason: lowered.reason }),
    })),
  );
  const cpuOperators = ops.filter(({ cost }) => cost === undefined).length;
  return { npuOperators: ops.length - cpuOperators, cpuOperators, groups };
}
