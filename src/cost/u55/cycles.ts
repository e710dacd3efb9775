import { OUTPUT_RATE, type U55Accelerator } from '../../npu/u55-tables.js';
import type { Memory } from '../../npu/system.js';
import { elementwiseCycles } from '../elementwise.js';
import { ceilDiv, transferCycles } from '../integers.js';
import { EDGE, type CostCall, type CyclesParts } from '../model.js';
import type { CostOp, CostView } from '../operation.js';
import { pipelineCycles } from '../pipeline.js';
import type { U55Config } from './block-config.js';
import {
  PART_KERNEL_DEPTH,
  poolCycles,
  pooledElements,
  stepElements,
  subKernelLimit,
  subKernels,
  weightLoadCycles,
  weightUseCycles,
} from './mac-steps.js';
import { transfer } from './transfer.js';
import { FLAT_UBLOCK, isFlat } from './ublock.js';

/** Cycles per OFM element of output and activation stage; docs/model/cycles-u55-u65.md#output-rates. */
export function outputCyclesPerElement(op: CostOp, acc: U55Accelerator, accumulatorBits: number): number {
  const elementwise = op.opClass === 'elementwise';
  let rate: number = OUTPUT_RATE.other;
  if (elementwise && op.ifms[0]!.bits === 32) {
    rate = op.ifms.length > 1 ? OUTPUT_RATE.binary32 : OUTPUT_RATE.unary32;
  } else if (op.kind === 'Mul' && op.ofm.bits === 32) rate = OUTPUT_RATE.mulTo32;
  else if (op.kind === 'Mul' || (!elementwise && accumulatorBits === 40)) {
    rate = OUTPUT_RATE.mulOrWideAccumulator;
  } else if (op.kind === 'Add' || op.kind === 'Sub') rate = OUTPUT_RATE.addSub;
  else if (op.kind === 'MaxPool') rate = OUTPUT_RATE.maxPool;
  return Math.max(acc.outputCycles[rate]!, acc.activationCycles[op.activation]);
}

/** First-in transfer of one IFM: the part that the first block needs. */
function ifmInCycles(
  view: CostView,
  h: number,
  w: number,
  c: number,
  ifmBits: number,
  config: U55Config,
  memory: Memory,
  cores: number,
): number {
  const elements = Math.min(h, config.ifmH) * Math.min(w, config.ifmW) * Math.min(c, config.ifmC);
  const bytes = Math.floor((elements * ifmBits) / 8);
  const moved = transfer(
    'read',
    memory.burstLength,
    view.format,
    ifmBits,
    config.ifmW,
    config.ifmC,
    w,
    c,
    cores,
    bytes,
  );
  return memory.readLatency + transferCycles(moved, memory.bytesPerCycle);
}

function firstIn(op: CostOp, config: U55Config, acc: U55Accelerator, call: CostCall): number {
  const ifm = op.ifms[0]!;
  const cycles = ifmInCycles(
    ifm,
    call.ifmH,
    call.ifmW,
    ifm.shape[3],
    ifm.bits,
    config,
    call.ifmMemory,
    acc.cores,
  );
  const ifm2 = op.ifms[1];
  if (ifm2 === undefined) return cycles;
  const [, h, w, c] = ifm2.shape;
  return Math.max(cycles, ifmInCycles(ifm2, h, w, c, ifm.bits, config, call.ifm2Memory, acc.cores));
}

function lastOut(op: CostOp, config: U55Config, acc: U55Accelerator, call: CostCall): number {
  const elements =
    Math.min(call.ofmH, config.ofmH) * Math.min(call.ofmW, config.ofmW) * Math.min(call.ofmC, config.ofmC);
  const memory = call.ofmMemory;
  const bytes = Math.floor((elements * op.ofm.bits) / 8);
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
    bytes,
  );
  return memory.writeLatency + transferCycles(moved, memory.bytesPerCycle);
}

/**
 * MAC cycles of one block over the whole IFM depth; docs/model/cycles-u55-u65.md#mac-cycles. A = ublocks of the block
 * in H × W.
 */
function macCyclesPerBlock(
  op: CostOp,
  config: U55Config,
  acc: U55Accelerator,
  area: number,
  depthUblocks: number,
  spatial: { nH: number; nW: number },
): number {
  const { opClass, kernel } = op;
  const ifm = op.ifms[0]!;
  const small = acc.macsPerCycle === 32;
  const wide = config.accumulatorBits === 40;
  const delayStep = acc.stepDelay[wide ? 1 : 0];
  const ifmDepth = Math.min(ifm.shape[3], config.ifmC);
  const ublocks = area * depthUblocks;
  const partKernel = opClass === 'conv' && config.traversal === 'part-kernel';
  const perStep = Math.max(weightLoadCycles(acc), weightUseCycles(opClass, area, ifm.bits));
  const depthSteps = partKernel ? ceilDiv(ifmDepth, PART_KERNEL_DEPTH) : 1;

  let total = 0;
  for (const { elements, count } of subKernels(kernel.height, kernel.width, subKernelLimit(opClass))) {
    const pool = opClass === 'pool';
    const steps = pool ? 1 : ceilDiv(elements, stepElements(config.traversal, ifm.bits));
    const cycles = pool
      ? pooledElements(elements) * ublocks * poolCycles(acc, ifm.bits)
      : perStep * steps * depthUblocks;
    let delay = 0;
    if (area === 1) {
      if (depthUblocks === 1) delay = delayStep * steps;
      else if (steps > 1) delay = delayStep * (steps - 1) * depthUblocks;
    }
    if (small && (spatial.nW === 1 || spatial.nH === 1) && depthUblocks > 1 && wide) {
      delay += delayStep * depthUblocks;
    }
    total += count * (cycles + delay) * depthSteps;
  }
  if (opClass === 'conv' || opClass === 'vector-product' || opClass === 'reduce-sum') {
    total *= ceilDiv(ifm.shape[3], ifmDepth);
  }
  return Math.floor(total / acc.cores);
}

function macOperation(
  op: CostOp,
  config: U55Config,
  acc: U55Accelerator,
  call: CostCall,
  parts: CyclesParts | undefined,
): number {
  const blockH = Math.min(call.ofmH, config.ofmH);
  const blockW = Math.min(call.ofmW, config.ofmW);
  const blockC = Math.min(call.ofmC, config.ofmC);
  let [uh, uw] = acc.ofmUblock;
  const ud = acc.ofmUblock[2];
  if (isFlat(op.opClass, call.ofmH, call.ofmW, op.kernel.height, acc)) [uh, uw] = FLAT_UBLOCK;
  const nH = ceilDiv(blockH, uh);
  const nW = ceilDiv(blockW, uw);
  const nD = ceilDiv(blockC, ud);
  const blocks = (ceilDiv(call.ofmH, uh) * ceilDiv(call.ofmW, uw) * ceilDiv(call.ofmC, ud)) / (nH * nW * nD);
  const macBlock = macCyclesPerBlock(op, config, acc, nH * nW, nD, { nH, nW });

  const perElement = outputCyclesPerElement(op, acc, config.accumulatorBits);
  const output = Math.ceil(perElement * (blockH * blockW * blockC));
  const bias = op.weights === undefined ? 0 : (10 * blockC * call.weightReadLatency) / 256;
  const ifmIn = firstIn(op, config, acc, call);
  const ofmOut = lastOut(op, config, acc, call);
  return pipelineCycles(macBlock, output, bias, ifmIn, ofmOut, blocks, call.edge, parts);
}

function elementwise(
  op: CostOp,
  config: U55Config,
  acc: U55Accelerator,
  call: CostCall,
  parts: CyclesParts | undefined,
): number {
  const perElement = outputCyclesPerElement(op, acc, config.accumulatorBits);
  const block = Math.max(lastOut(op, config, acc, call), firstIn(op, config, acc, call));
  const blockElements = config.ofmH * config.ofmW * config.ofmC;
  return elementwiseCycles(op, call, perElement, block, blockElements, parts);
}

/**
 * A MatMul is a multiplication into scratch memory and a reduction of it, once per column
 * (docs/model/cycles-u55-u65.md#compound-cycles).
 */
function matmul(op: CostOp, config: U55Config, acc: U55Accelerator, call: CostCall): number {
  const [ifm, ifm2] = op.ifms as [CostView, CostView];
  const [, h, w, c] = ifm.shape;
  const product: CostOp = {
    ...op,
    kind: 'Mul',
    opClass: 'elementwise',
    ifms: [ifm, { ...ifm2, shape: ifm.shape }],
    ofm: { ...op.ofm, shape: ifm.shape, bits: 32 },
  };
  const reduction: CostOp = {
    ...op,
    kind: 'ReduceSum',
    opClass: 'reduce-sum',
    ifms: [ifm],
    ofm: { ...op.ofm, shape: [1, h, w, 1] },
  };
  const shapes = { ofmH: h, ofmW: w, ifmH: h, ifmW: w, edge: EDGE.whole };
  const multiplied = { ...call, ...shapes, ofmC: c, ofmMemory: call.scratchMemory };
  const mul = elementwise(product, config, acc, multiplied, undefined);
  const sum = macOperation(
    reduction,
    config.reduction!,
    acc,
    { ...call, ...shapes, ofmC: 1, ifmMemory: call.scratchMemory },
    undefined,
  );
  return (mul + sum) * ifm2.shape[2];
}

/**
 * Run cycles of an operation or of a part of it, transfers of weights not counted;
 * docs/model/cycles-u55-u65.md#run-cycles.
 *
 * @param parts filled in for operations with MACs and elementwise ones, if given
 */
export function runCycles(
  op: CostOp,
  config: U55Config,
  acc: U55Accelerator,
  call: CostCall,
  parts?: CyclesParts,
): number {
  switch (op.opClass) {
    case 'elementwise':
      return elementwise(op, config, acc, call, parts);
    case 'matmul':
      return matmul(op, config, acc, call);
    case 'transpose':
      throw new Error('a Transpose is costed by its traffic');
    default:
      return macOperation(op, config, acc, call, parts);
  }
}
