import { ELEMENT_BITS } from '../../graph/network.js';
import type { LoweredOp, View } from '../../lowering/operations.js';
import type { ExternalView, Group } from '../groups.js';
import type { GroupMember } from '../operation.js';

const bitsOf = (view: View): number => ELEMENT_BITS[view.type ?? view.tensor.type];

/** What member i hands to the next one; a fused operation has an input of its own for it. */
function handedOn(all: readonly LoweredOp[], i: number): View {
  const next = all[i + 1];
  return next === undefined || next.chained === true ? all[i]!.ofms[0]! : next.ifms[0]!;
}

/** The first feature map outside the group that a sub-operation touches. */
function firstExternal(all: readonly LoweredOp[], i: number): ExternalView | undefined {
  const op = all[i]!;
  const before = all[i - 1]!.ofms[0]!.tensor;
  const inputs = op.chained === true ? op.ifms : op.ifms.slice(1);
  const input = inputs.find((view) => view.tensor !== before);
  if (input !== undefined) return { member: i, port: op.ifms[0] === input ? 'ifm' : 'ifm2', view: input };
  const ofm = op.ofms[0]!;
  if (ofm.tensor !== all.at(-1)!.ofms[0]!.tensor) return undefined;
  return { member: i, port: 'ofm', view: op.chained === true ? ofm : withoutSlice(ofm) };
}

/** A fused operation hands the slice it writes to its producer and is counted as writing all of the tensor. */
function withoutSlice(view: View): View {
  if (view.slice === undefined) return view;
  return { tensor: view.tensor, shape: view.tensor.shape, ...(view.type && { type: view.type }) };
}

/** The group of a lowered operation; docs/model/cycles-u85.md#groups. */
export function groupOf(op: LoweredOp): Group {
  const all = [op, ...op.subs];
  const members = all.map((member, i): GroupMember => {
    const ofm = member.ofms[0]!;
    return {
      kind: member.kind,
      ifmBits: bitsOf(member.ifms[0]!),
      ofmBits: bitsOf(handedOn(all, i)),
      ...(ofm.transposed && { ofmOrder: ofm.transposed }),
      ...(ofm.reversed && { reversed: ofm.reversed }),
    };
  });
  const externals = all
    .map((_, i) => (i === 0 ? undefined : firstExternal(all, i)))
    .filter((external): external is ExternalView => external !== undefined);
  return { members, externals, internalOfm: op.subs.some((sub) => sub.chained === true) };
}
