import { roundUp } from '../cost/integers.js';
import {
  deepestIfmBlock,
  PART_KERNEL_DEPTH,
  poolCycles,
  pooledElements,
  stepElements,
  subKernelLimit,
  subKernels,
  weightLoadCycles,
  weightUseCycles,
} from '../cost/u55/mac-steps.js';
import type { U55Accelerator } from '../npu/u55-tables.js';
import { plural } from '../text.js';
import type { Traversal } from '../weights/encoding.js';
import { blockUblocks, traversalAskedFor, ublockOf, type TheoryOp } from './operation.js';

/** One reason why fewer MACs are done than the hardware could: utilisation is the product of the values. */
export interface Factor {
  readonly name: string;
  /** From 0 to 1. */
  readonly value: number;
  /** What the value is made of. */
  readonly sentence: string;
}

const fill = (name: string, used: number, step: number, what: string): Factor => {
  const padded = roundUp(used, step);
  return {
    name,
    value: used / padded,
    sentence: `${used} of ${padded} ${what} are used, as they come in steps of ${step}`,
  };
};

/** @param paddedOf kernel elements that a sub-kernel takes as long as */
function kernelFactor(op: TheoryOp, paddedOf: (elements: number) => number, rule: string): Factor {
  const limit = subKernelLimit(op.opClass);
  const parts = subKernels(op.kernelH, op.kernelW, limit);
  const padded = parts.reduce((sum, { elements, count }) => sum + count * paddedOf(elements), 0);
  const used = op.kernelH * op.kernelW;
  const cuts = parts.reduce((sum, { count }) => sum + count, 0);
  const cut = cuts > 1 ? ` in each of ${cuts} parts of at most ${limit}x${limit}` : '';
  return {
    name: 'kernel',
    value: used / padded,
    sentence: `${used} of ${padded} kernel elements are used, ${rule}${cut}`,
  };
}

const kernelSteps = (op: TheoryOp, traversal: Traversal): Factor => {
  const step = stepElements(traversal, op.ifmBits);
  return kernelFactor(op, (elements) => roundUp(elements, step), `as they come in steps of ${step}`);
};

/** 16-bit IFMs: the MACs that a step has room for are halved. */
function halfRate(op: TheoryOp, traversal: Traversal): readonly Factor[] {
  const room = (bits: number): number => stepElements(traversal, bits) * deepestIfmBlock(traversal, bits);
  const value = room(op.ifmBits) / room(8);
  return value === 1
    ? []
    : [{ name: 'element width', value, sentence: 'a 16-bit IFM is multiplied at half the rate' }];
}

/** Several kernel elements by eight channels at a time; what is deeper than an IFM block takes whole blocks. */
function partKernelFactors(op: TheoryOp): readonly Factor[] {
  const block = deepestIfmBlock('part-kernel', op.ifmBits);
  return [
    fill('IFM depth', op.ifmDepth, op.ifmDepth <= block ? PART_KERNEL_DEPTH : block, 'IFM channels'),
    kernelSteps(op, 'part-kernel'),
    ...halfRate(op, 'part-kernel'),
  ];
}

/** One kernel element by all channels of an IFM block at a time. */
const depthFirstFactors = (op: TheoryOp): readonly Factor[] => [
  fill('IFM depth', op.ifmDepth, deepestIfmBlock('depth-first', op.ifmBits), 'IFM channels'),
  ...halfRate(op, 'depth-first'),
];

const atMost = (acc: U55Accelerator, share: number): string => {
  const all = acc.macsPerCycle * acc.cores;
  return `${all * share} of ${all} MACs per cycle at most`;
};

const ublockElements = ({ ofmUblock: [h, w, c] }: U55Accelerator): number => h * w * c;

/** Kernels that are read at a rate by element width: one of 16 bits takes so many times as long as one of 8. */
const widthFactors = ({ ifmBits }: TheoryOp, cyclesOf: (bits: number) => number): readonly Factor[] => {
  const times = cyclesOf(ifmBits) / cyclesOf(8);
  if (times === 1) return [];
  const sentence = `a ${ifmBits}-bit IFM takes ${times} times as long`;
  return [{ name: 'element width', value: 1 / times, sentence }];
};

/** An output channel reads one input channel, so that seven of eight MACs have nothing to do. */
function depthwiseFactors(op: TheoryOp, acc: U55Accelerator): readonly Factor[] {
  const cyclesOf = (bits: number): number => weightUseCycles('depthwise', 1, bits);
  const rate = (stepElements('depthwise', 8) * ublockElements(acc)) / (cyclesOf(8) * acc.macsPerCycle);
  return [
    {
      name: 'one channel',
      value: rate,
      sentence: `an output channel reads one input channel: ${atMost(acc, rate)}`,
    },
    kernelSteps(op, 'depthwise'),
    ...widthFactors(op, cyclesOf),
  ];
}

function poolFactors(op: TheoryOp, acc: U55Accelerator): readonly Factor[] {
  const cyclesOf = (bits: number): number => poolCycles(acc, bits);
  const rate = ublockElements(acc) / (cyclesOf(8) * acc.macsPerCycle);
  return [
    { name: 'pooling rate', value: rate, sentence: `pooling does ${atMost(acc, rate)}` },
    kernelFactor(op, pooledElements, `as ${pooledElements(0)} are the least`),
    ...widthFactors(op, cyclesOf),
  ];
}

/** Blocks so small that loading a step's weights takes longer than using them. */
function smallBlockFactor(op: TheoryOp, acc: U55Accelerator): Factor {
  const ublocks = blockUblocks(op, acc);
  const load = weightLoadCycles(acc);
  const use = weightUseCycles(op.opClass, ublocks, op.ifmBits);
  return {
    name: 'small block',
    value: Math.min(1, use / load),
    sentence:
      use < load
        ? `a step's weights take ${load} cycles to load and are used for ${use}, in ${plural(ublocks, 'ublock')}`
        : `a step's weights are used for ${use} cycles and take ${load} to load`,
  };
}

function ofmFactors(op: TheoryOp, acc: U55Accelerator): readonly Factor[] {
  const ublock = ublockOf(op, acc);
  return [
    fill('OFM height', op.ofm[0], ublock[0], 'OFM rows'),
    fill('OFM width', op.ofm[1], ublock[1], 'OFM columns'),
    fill('OFM depth', op.ofm[2], ublock[2], 'OFM channels'),
  ];
}

/**
 * The factors of an operation's utilisation, those of value 1 included; none for classes without MACs. Source:
 * docs/model/cycles-u55-u65.md#utilisation.
 */
export function factorsOf(op: TheoryOp, acc: U55Accelerator): readonly Factor[] {
  const rest = (): readonly Factor[] => [...ofmFactors(op, acc), smallBlockFactor(op, acc)];
  switch (op.opClass) {
    case 'conv':
      return [
        ...(traversalAskedFor(op) === 'part-kernel' ? partKernelFactors(op) : depthFirstFactors(op)),
        ...rest(),
      ];
    case 'vector-product':
    case 'reduce-sum':
      return [...depthFirstFactors(op), ...rest()];
    case 'depthwise':
      return [...depthwiseFactors(op, acc), ...rest()];
    case 'pool':
      return [...poolFactors(op, acc), ...ofmFactors(op, acc)];
    default:
      return [];
  }
}
