import type { Memory } from '../../npu/system.js';
import type { U85Accelerator, U85Class } from '../../npu/u85-tables.js';
import { elementwiseCycles } from '../elementwise.js';
import { ceilDiv, transferCycles } from '../integers.js';
import type { CostCall, CyclesParts } from '../model.js';
import type { CostOp, CostView } from '../operation.js';
import { pipelineCycles } from '../pipeline.js';
import { transfer } from '../u55/transfer.js';
import type { U85Config } from './block-config.js';
import { macCyclesPerBlock } from './mac-cycles.js';
import { readsWeights, u85ClassOf } from './op-class.js';
import { outputCyclesPerElement } from './output-rate.js';

/** Transfer of the part of an IFM that the first block needs; the width of IFM 0 counts for both inputs. */
function ifmInCycles(
  view: CostView,
  h: number,
  w: number,
  bits: number,
  config: U85Config,
  memory: Memory,
  cores: number,
): number {
  const c = view.shape[3];
  const elements = Math.min(h, config.ifmH) * Math.min(w, config.ifmW) * Math.min(c, config.ifmC);
  const moved = transfer(
    'read',
    memory.burstLength,
    view.format,
    bits,
    config.ifmW,
    config.ifmC,
    w,
    c,
    cores,
    Math.floor((elements * bits) / 8),
  );
  return memory.readLatency + transferCycles(moved, memory.bytesPerCycle);
}

/** First-in transfer of one block; docs/model/cycles-u85.md#block-transfers. */
function firstIn(op: CostOp, config: U85Config, acc: U85Accelerator, call: CostCall): number {
  const ifm = op.ifms[0]!;
  const { bits } = ifm;
  const cycles = ifmInCycles(ifm, call.ifmH, call.ifmW, bits, config, call.ifmMemory, acc.cores);
  const ifm2 = op.ifms[1];
  if (ifm2 === undefined) return cycles;
  const [, h, w] = ifm2.shape;
  return Math.max(cycles, ifmInCycles(ifm2, h, w, bits, config, call.ifm2Memory, acc.cores));
}

/** Last-out transfer of one block; docs/model/cycles-u85.md#block-transfers. */
function lastOut(op: CostOp, config: U85Config, acc: U85Accelerator, call: CostCall): number {
  const elements =
    Math.min(call.ofmH, config.ofmH) * Math.min(call.ofmW, config.ofmW) * Math.min(call.ofmC, config.ofmC);
  const memory = call.ofmMemory;
  const moved = transfer(
    'write',
    memory.burstLength,
    op.ofm.format,
    op.ofm.bits,
    config.ofmW,
    config.ofmC,
    call.ofmW,
    call.ofmC,
    acc.cores,
    Math.floor((elements * op.ofm.bits) / 8),
  );
  return memory.writeLatency + transferCycles(moved, memory.bytesPerCycle);
}

function macOperation(
  op: CostOp,
  opClass: U85Class,
  config: U85Config,
  acc: U85Accelerator,
  call: CostCall,
  parts: CyclesParts | undefined,
): number {
  const [uh, uw, uc] = config.ublock;
  const blockH = Math.min(call.ofmH, config.ofmH);
  const blockW = Math.min(call.ofmW, config.ofmW);
  const blockC = Math.min(call.ofmC, config.ofmC);
  const area = ceilDiv(blockH, uh) * ceilDiv(blockW, uw);
  const depth = ceilDiv(blockC, uc);
  const blocks = (ceilDiv(call.ofmH, uh) * ceilDiv(call.ofmW, uw) * ceilDiv(call.ofmC, uc)) / (area * depth);
  const macBlock = macCyclesPerBlock(op, opClass, config, acc, { area, depth }, call.asDense === true);

  const output = Math.ceil(outputCyclesPerElement(op, acc) * (blockH * blockW * blockC));
  const fetchesScales = op.weights !== undefined && readsWeights(opClass);
  const bias = fetchesScales ? (10 * blockC * call.weightReadLatency) / 256 : 0;
  const ifmIn = firstIn(op, config, acc, call);
  const ofmOut = lastOut(op, config, acc, call);
  return pipelineCycles(macBlock, output, bias, ifmIn, ofmOut, blocks, call.edge, parts);
}

/** Cycles of an elementwise operation; docs/model/cycles-u85.md#u85-run-cycles. */
function elementwise(
  op: CostOp,
  config: U85Config,
  acc: U85Accelerator,
  call: CostCall,
  parts: CyclesParts | undefined,
): number {
  const perElement = outputCyclesPerElement(op, acc);
  const block = Math.max(lastOut(op, config, acc, call), firstIn(op, config, acc, call));
  const blockElements = config.ofmH * config.ofmW * config.ofmC;
  return elementwiseCycles(op, call, perElement, block, blockElements, parts);
}

/**
 * Run cycles of an operation or of a part of it, transfers of weights not counted;
 * docs/model/cycles-u85.md#u85-run-cycles. Resizing and plain transfers take none: their cost is the memories'.
 *
 * @param parts filled in for operations with MACs and elementwise ones, if given
 */
export function u85RunCycles(
  op: CostOp,
  config: U85Config,
  acc: U85Accelerator,
  call: CostCall,
  parts?: CyclesParts,
): number {
  const opClass = u85ClassOf(op.kind);
  switch (opClass) {
    case 'resize':
    case 'dma':
      return 0;
    case 'elementwise':
      return elementwise(op, config, acc, call, parts);
    default:
      return macOperation(op, opClass, config, acc, call, parts);
  }
}
