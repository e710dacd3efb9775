import type { Op, Tensor } from './ir.js';
import type { Group } from './groups.js';

const isCpu = (group: Group): boolean => group.primary.kind === 'Passthrough';

const reads = (group: Group, tensors: readonly Tensor[]): boolean => {
  const readsDirectly = (op: Op): boolean => op.inputs.some((view) => tensors.includes(view.tensor));
  return readsDirectly(group.primary) || group.subs.some(({ op }) => readsDirectly(op));
};

/** Which group writes a tensor, by its primary or by what joined it. */
function producers(groups: readonly Group[]): Map<Tensor, Group[]> {
  const map = new Map<Tensor, Group[]>();
  const add = (op: Op, group: Group): void => {
    for (const { tensor } of op.outputs) {
      const list = map.get(tensor);
      if (list === undefined) map.set(tensor, [group]);
      else if (list.at(-1) !== group) list.push(group);
    }
  };
  for (const group of groups) {
    add(group.primary, group);
    for (const { op } of group.subs) add(op, group);
  }
  return map;
}

/**
 * Moves CPU operations out of the way of the NPU's: early, late, or behind what does not need them
 * (docs/model/lowering.md#cpu-order).
 */
export function moveCpuOperations(groups: readonly Group[]): readonly Group[] {
  if (!groups.some(isCpu)) return groups;
  const writers = producers(groups);
  const early: Group[] = [];
  const late: Group[] = [];
  const rest: Group[] = [];
  for (const group of groups) {
    const { inputs, outputs } = group.primary;
    if (!isCpu(group)) rest.push(group);
    else if (inputs.every((view) => (writers.get(view.tensor) ?? []).every((g) => early.includes(g)))) {
      early.push(group);
    } else if (outputs.every(({ tensor }) => tensor.graphOutput && tensor.readers.length === 0))
      late.push(group);
    else rest.push(group);
  }
  for (let i = rest.length - 1; i >= 0; i--) {
    const group = rest[i]!;
    if (!isCpu(group)) continue;
    const written = group.primary.outputs.map((view) => view.tensor);
    let at = i;
    while (at + 1 < rest.length && !isCpu(rest[at + 1]!) && !reads(rest[at + 1]!, written)) {
      rest[at] = rest[at + 1]!;
      at++;
    }
    rest[at] = group;
  }
  return [...early, ...rest, ...late];
}
