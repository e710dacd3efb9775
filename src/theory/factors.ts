import { roundUp } from '../cost/integers.js';
import type { U55Accelerator } from '../npu/u55-tables.js';
import { plural } from '../text.js';
import { blockUblocks, traversalOf, ublockOf, type TheoryOp } from './operation.js';

/** One reason why fewer MACs are done than the hardware could: utilisation is the product of the values. */
export interface Factor {
  readonly name: string;
  /** From 0 to 1. */
  readonly value: number;
  /** What the value is made of. */
  readonly sentence: string;
}

const MAX_SUB_KERNEL = 8;

const fill = (name: string, used: number, step: number, what: string): Factor => {
  const padded = roundUp(used, step);
  return {
    name,
    value: used / padded,
    sentence: `${used} of ${padded} ${what} are used, as they come in steps of ${step}`,
  };
};

/** Elements of the sub-kernels of at most 8×8 that a kernel is cut into. */
function subKernels({ kernelH, kernelW }: TheoryOp): readonly number[] {
  const elements: number[] = [];
  for (let y = 0; y < kernelH; y += MAX_SUB_KERNEL) {
    for (let x = 0; x < kernelW; x += MAX_SUB_KERNEL) {
      elements.push(Math.min(MAX_SUB_KERNEL, kernelH - y) * Math.min(MAX_SUB_KERNEL, kernelW - x));
    }
  }
  return elements;
}

function kernelFactor(op: TheoryOp, paddedOf: (elements: number) => number, rule: string): Factor {
  const parts = subKernels(op);
  const padded = parts.reduce((sum, elements) => sum + paddedOf(elements), 0);
  const used = op.kernelH * op.kernelW;
  const cut = parts.length > 1 ? ` in each of ${parts.length} parts of at most 8x8` : '';
  return {
    name: 'kernel',
    value: used / padded,
    sentence: `${used} of ${padded} kernel elements are used, ${rule}${cut}`,
  };
}

const kernelSteps = (op: TheoryOp, step: number): Factor =>
  kernelFactor(op, (elements) => roundUp(elements, step), `as they come in steps of ${step}`);

/** 16-bit IFMs: the MACs that a step has room for are halved. */
const halfRate = (op: TheoryOp): readonly Factor[] =>
  op.ifmBits === 16
    ? [{ name: 'element width', value: 0.5, sentence: 'a 16-bit IFM is multiplied at half the rate' }]
    : [];

/** Four kernel elements by eight channels at a time; IFM blocks of more than 16 channels are not made. */
function partKernelFactors(op: TheoryOp): readonly Factor[] {
  const wide = op.ifmBits === 16;
  return [
    fill('IFM depth', op.ifmDepth, op.ifmDepth <= 16 ? 8 : 16, 'IFM channels'),
    kernelSteps(op, wide ? 2 : 4),
    ...halfRate(op),
  ];
}

/** One kernel element by 32 channels at a time (16 of 16 bits). */
const depthFirstFactors = (op: TheoryOp): readonly Factor[] => [
  fill('IFM depth', op.ifmDepth, op.ifmBits === 16 ? 16 : 32, 'IFM channels'),
  ...halfRate(op),
];

const atMost = (acc: U55Accelerator, share: number): string => {
  const all = acc.macsPerCycle * acc.cores;
  return `${all * share} of ${all} MACs per cycle at most`;
};

/** An output channel reads one input channel, so that seven of eight MACs have nothing to do. */
const depthwiseFactors = (op: TheoryOp, acc: U55Accelerator): readonly Factor[] => [
  {
    name: 'one channel',
    value: 1 / 8,
    sentence: `an output channel reads one input channel: ${atMost(acc, 1 / 8)}`,
  },
  kernelSteps(op, 4),
  ...(op.ifmBits === 8
    ? []
    : [
        {
          name: 'element width',
          value: 8 / op.ifmBits,
          sentence: `a ${op.ifmBits}-bit IFM takes ${op.ifmBits / 8} times as long`,
        },
      ]),
];

function poolFactors(op: TheoryOp, acc: U55Accelerator): readonly Factor[] {
  const smallest = acc.macsPerCycle === 32;
  const rate = smallest ? 1 / 8 : 1 / 32;
  return [
    { name: 'pooling rate', value: rate, sentence: `pooling does ${atMost(acc, rate)}` },
    kernelFactor(op, (elements) => Math.max(4, elements), 'as 4 are the least'),
    ...(smallest || op.ifmBits === 8
      ? []
      : [
          {
            name: 'element width',
            value: 8 / op.ifmBits,
            sentence: `a ${op.ifmBits}-bit IFM takes ${op.ifmBits / 8} times as long`,
          },
        ]),
  ];
}

/** Blocks so small that loading a step's weights takes longer than using them. */
function smallBlockFactor(op: TheoryOp, acc: U55Accelerator): Factor {
  const ublocks = blockUblocks(op, acc);
  const perUblock = op.opClass === 'depthwise' ? (4 * op.ifmBits) / 8 : 4;
  const load = 4 * acc.ofmUblock[2];
  const use = perUblock * ublocks;
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
        ...(traversalOf(op) === 'part-kernel' ? partKernelFactors(op) : depthFirstFactors(op)),
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
