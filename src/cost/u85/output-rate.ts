import { OUTPUT_RATE_U85, type U85Accelerator } from '../../npu/u85-tables.js';
import type { CostOp, GroupMember } from '../operation.js';
import { isActivationStage, u85ClassOf } from './op-class.js';

const DIVISION_CYCLES = 33;

const BINARY: ReadonlySet<string> = new Set([
  'Add',
  'Sub',
  'Mul',
  'Minimum',
  'Maximum',
  'SHL',
  'SHR',
  'Asr',
  'Div',
  'LogicalAnd',
  'LogicalOr',
  'LogicalXor',
  'And',
  'Or',
  'Xor',
  'AndNot',
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
]);

/** W is written before H, or backwards. */
function turnsRows(member: GroupMember): boolean {
  const order = member.ofmOrder;
  return member.reversed === 'W' || (order !== undefined && order.indexOf(2) < order.indexOf(1));
}

/** Output stage of one member; `written`: its result goes to memory. */
function outputCycles(acc: U85Accelerator, member: GroupMember, written: boolean): number {
  const { kind, ifmBits, ofmBits } = member;
  if (kind === 'Div') return DIVISION_CYCLES;
  let rate: number = OUTPUT_RATE_U85.narrow;
  if (!written && (ofmBits === 32 || ifmBits === 32)) rate = OUTPUT_RATE_U85.wideInside;
  else if (ofmBits === 64) rate = OUTPUT_RATE_U85.to64;
  else if (BINARY.has(kind) && ifmBits === 32) {
    rate = ofmBits === 32 ? OUTPUT_RATE_U85.binary32 : OUTPUT_RATE_U85.wideInside;
  } else if (ofmBits === 32) rate = OUTPUT_RATE_U85.to32;
  else if (ofmBits === 16) rate = OUTPUT_RATE_U85.to16;
  return acc.outputCycles[rate]!;
}

function primaryOf(op: CostOp): GroupMember {
  const { ofmOrder, ofmReversedAxis } = op;
  return {
    kind: op.kind,
    ifmBits: op.ifms[0]!.bits,
    ofmBits: op.ofm.bits,
    ...(ofmOrder && { ofmOrder }),
    ...(ofmReversedAxis && { reversed: ofmReversedAxis }),
  };
}

/**
 * Cycles per OFM element of the output and activation stages of the whole group; docs/model/cycles-u85.md#output-rate.
 */
export function outputCyclesPerElement(op: CostOp, acc: U85Accelerator): number {
  const members = op.members ?? [primaryOf(op)];
  const last = members.length - 1;
  let sum = 0;
  let current = 0;
  members.forEach((member, i) => {
    if (isActivationStage(member.kind)) {
      current = Math.max(current, acc.activationCycles[turnsRows(member) ? 1 : 0]);
    } else {
      sum += current;
      current = outputCycles(acc, member, i === last);
    }
  });
  return sum + current;
}

/** Whether the primary's own result goes to memory: nothing is fused or chained onto it. */
export const writesOwnOfm = (op: CostOp): boolean => (op.members?.length ?? 1) === 1;

/** The operation reads its inputs through the streaming channel. */
export const streamsIfm = (kind: CostOp['kind']): boolean => {
  const opClass = u85ClassOf(kind);
  return opClass === 'elementwise' || opClass === 'resize';
};
