import type { U55Accelerator } from '../../npu/u55-tables.js';
import type { Traversal } from '../../weights/encoding.js';
import type { OpClass } from '../operation.js';

/** Largest height and width of a sub-kernel. */
export const MAX_SUB_KERNEL = 8;

/** A kernel is walked through in sub-kernels of at most that height and width; a product's, element by element. */
export const subKernelLimit = (opClass: OpClass): number =>
  opClass === 'vector-product' ? 1 : MAX_SUB_KERNEL;

/** Equal sub-kernels of a kernel. */
export interface SubKernels {
  /** Of each. */
  readonly elements: number;
  readonly count: number;
}

/** Lengths that an axis is cut into, and how many there are of each. */
const pieces = (length: number, limit: number): readonly (readonly [length: number, count: number])[] =>
  length <= limit
    ? [[length, 1]]
    : length % limit === 0
      ? [[limit, length / limit]]
      : [
          [limit, Math.floor(length / limit)],
          [length % limit, 1],
        ];

/** The sub-kernels of a kernel. It can be as wide as a feature map is deep, so equal ones are counted. */
export const subKernels = (height: number, width: number, limit: number): readonly SubKernels[] =>
  pieces(height, limit).flatMap(([h, rows]) =>
    pieces(width, limit).map(([w, columns]) => ({ elements: h * w, count: rows * columns })),
  );

/** Kernel elements that a step takes at once; docs/model/cycles-u55-u65.md#mac-cycles. */
export const stepElements = (traversal: Traversal, ifmBits: number): number =>
  traversal === 'depth-first' ? 1 : traversal === 'part-kernel' && ifmBits === 16 ? 2 : 4;

/** IFM channels that a part-kernel-first step takes at once. */
export const PART_KERNEL_DEPTH = 8;

/** Deepest IFM block of an operation that adds up over the IFM depth; a depth-first step takes all of it. */
export const deepestIfmBlock = (traversal: Traversal, ifmBits: number): number =>
  ifmBits === 16 || traversal === 'part-kernel' ? 16 : 32;

/** Cycles of loading the weights of a step. */
export const weightLoadCycles = (acc: U55Accelerator): number => 4 * acc.ofmUblock[2];

/** Cycles for which the weights of a step are used, in a block of so many ublocks in height and width. */
export const weightUseCycles = (opClass: OpClass, ublocks: number, ifmBits: number): number =>
  opClass === 'depthwise' ? (4 * ublocks * ifmBits) / 8 : 4 * ublocks;

/** Kernel elements that pooling counts at least. */
const LEAST_POOLED = 4;

/** Kernel elements that pooling counts for a sub-kernel. */
export const pooledElements = (elements: number): number => Math.max(LEAST_POOLED, elements);

/** Cycles of pooling one kernel element of a ublock. */
export const poolCycles = (acc: U55Accelerator, ifmBits: number): number =>
  acc.macsPerCycle === 32 ? 1 : ifmBits / 2;
