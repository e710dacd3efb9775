import type { Block } from './family.js';

/** Kinds of hardware operation with a formula of their own on Ethos-U85; docs/model/cycles-u85.md#cost-classes. */
export type U85Class =
  | 'conv'
  | 'depthwise'
  | 'vector-product'
  | 'matmul'
  | 'pool'
  | 'reduce-sum'
  | 'reduce-minmax'
  | 'argmax'
  | 'elementwise'
  | 'resize'
  | 'dma';

/** Units in which the IFM buffer is allotted: H, W, and depth in 128-bit words; one entry per class of row size. */
type AllocationUnits = readonly [Block, Block, Block];

/** A shape in which the MAC array can work on an OFM. */
export interface Ublock {
  readonly h: number;
  readonly w: number;
  readonly c: number;
  /** Operations that may run in it with an IFM of 8, 16 and 32 bits. */
  readonly classes: readonly [ReadonlySet<U85Class>, ReadonlySet<U85Class>, ReadonlySet<U85Class>];
  /** A convolution with a 16-bit IFM must be 1×1 and depth-first. */
  readonly pointwiseOnlyAt16: boolean;
  /** For rows of at most 128, at most 256 and more bits of depth. */
  readonly allocationUnits: AllocationUnits;
}

/** Geometry and speeds of one Ethos-U85; docs/model/cycles-u85.md#geometry. */
export interface U85Accelerator {
  readonly name: string;
  /** As reports print it. */
  readonly displayName: string;
  readonly family: 'u85';
  readonly macsPerCycle: number;
  /** Weight streams. */
  readonly cores: number;
  /** In order of preference. */
  readonly ublocks: readonly Ublock[];
  /** Used by the weight encoder only. */
  readonly ifmUblock: Block;
  /** Buffer sizes in bytes. */
  readonly ifmBuffer: number;
  readonly accumulatorBuffer: number;
  readonly outputBuffer: number;
  readonly chainingBuffer: number;
  /** Bytes in flight of each read channel, indexed by `CHANNEL`. */
  readonly readBuffers: readonly number[];
  /** Output stage, cycles per OFM element, indexed by `OUTPUT_RATE_U85`. */
  readonly outputCycles: readonly number[];
  /** Activation stage, cycles per OFM element: rows in order, and with W turned before H or reversed. */
  readonly activationCycles: readonly [number, number];
}

/** Rows of the output-stage table. */
export const OUTPUT_RATE_U85 = {
  narrow: 0,
  to16: 1,
  to32: 2,
  to64: 3,
  /** 32-bit element-wise operations with a narrower result, and 32-bit results that stay inside the NPU. */
  wideInside: 4,
  binary32: 5,
} as const;

/** Largest OFM block, H, W, C. */
export const MAX_BLOCK: Block = [128, 128, 1024];
/** Step of depth in the accumulators, and the channels of a brick. */
export const DEPTH_GRANULE = 16;
export const CHAINING_SLOTS = 6;

type ClassList = readonly U85Class[];

const BASE: ClassList = ['elementwise', 'resize'];
const POOLING: ClassList = ['depthwise', 'pool', 'reduce-minmax', 'argmax', ...BASE];
const PRODUCTS: ClassList = ['conv', 'matmul', 'vector-product', 'reduce-sum', ...BASE];
const WIDE: ClassList = ['reduce-sum', 'reduce-minmax', ...BASE];
const EVERY: ClassList = [...POOLING, ...PRODUCTS];
const FLAT: ClassList = ['conv', 'matmul', 'vector-product', 'elementwise'];
const DEEP: ClassList = EVERY.filter((c) => c !== 'matmul');

function ublock(
  [h, w, c]: Block,
  [at8, at16, at32]: readonly [ClassList, ClassList, ClassList],
  allocationUnits: AllocationUnits,
  pointwiseOnlyAt16 = false,
): Ublock {
  const classes = [new Set(at8), new Set(at16), new Set(at32)] as const;
  return { h, w, c, classes, allocationUnits, pointwiseOnlyAt16 };
}

const PRODUCT_CLASSES = [PRODUCTS, EVERY, WIDE] as const;
const POOLING_CLASSES = [POOLING, ['conv', 'vector-product', ...BASE], BASE] as const;
const EVERY_CLASSES = [EVERY, EVERY, WIDE] as const;
const FLAT_CLASSES = [FLAT, FLAT, ['elementwise']] as const;
const DEEP_CLASSES = [DEEP, DEEP, WIDE] as const;

const UNITS_128: AllocationUnits = [
  [1, 2, 1],
  [1, 1, 2],
  [1, 1, 2],
];
const UNITS_2X2: AllocationUnits = [
  [2, 2, 1],
  [1, 2, 2],
  [1, 1, 4],
];
const UNITS_1X4: AllocationUnits = [
  [1, 4, 1],
  [1, 2, 2],
  [1, 1, 4],
];
const UNITS_2X4: AllocationUnits = [
  [2, 4, 1],
  [2, 2, 2],
  [1, 2, 4],
];
const UNITS_1024_FLAT: AllocationUnits = [
  [2, 4, 1],
  [1, 4, 2],
  [1, 2, 4],
];
const UNITS_4X4: AllocationUnits = [
  [4, 4, 1],
  [2, 4, 2],
  [2, 2, 4],
];
const UNITS_2048_FLAT: AllocationUnits = [
  [4, 4, 1],
  [2, 4, 2],
  [1, 4, 4],
];

const TABLE: readonly U85Accelerator[] = [
  {
    name: 'ethos-u85-128',
    displayName: 'Ethos_U85_128',
    family: 'u85',
    macsPerCycle: 128,
    cores: 1,
    ublocks: [
      ublock([1, 2, 8], PRODUCT_CLASSES, UNITS_128),
      ublock([1, 1, 16], POOLING_CLASSES, UNITS_128, true),
    ],
    ifmUblock: [1, 2, 8],
    ifmBuffer: 8192,
    accumulatorBuffer: 8192,
    outputBuffer: 2048,
    chainingBuffer: 768,
    readBuffers: [64, 64, 128, 128, 104, 16],
    outputCycles: [0.5, 0.5, 0.5, 1, 1, 1],
    activationCycles: [0.5, 1],
  },
  {
    name: 'ethos-u85-256',
    displayName: 'Ethos_U85_256',
    family: 'u85',
    macsPerCycle: 256,
    cores: 1,
    ublocks: [
      ublock([1, 2, 16], POOLING_CLASSES, UNITS_2X2, true),
      ublock([1, 4, 8], PRODUCT_CLASSES, UNITS_1X4),
      ublock([2, 2, 8], PRODUCT_CLASSES, UNITS_2X2),
    ],
    ifmUblock: [2, 2, 8],
    ifmBuffer: 16384,
    accumulatorBuffer: 16384,
    outputBuffer: 2048,
    chainingBuffer: 1536,
    readBuffers: [104, 104, 128, 128, 128, 16],
    outputCycles: [0.25, 0.25, 0.25, 0.5, 0.5, 0.5],
    activationCycles: [0.25, 0.5],
  },
  {
    name: 'ethos-u85-512',
    displayName: 'Ethos_U85_512',
    family: 'u85',
    macsPerCycle: 512,
    cores: 2,
    ublocks: [ublock([2, 2, 16], EVERY_CLASSES, UNITS_2X2), ublock([1, 4, 16], EVERY_CLASSES, UNITS_1X4)],
    ifmUblock: [2, 2, 16],
    ifmBuffer: 16384,
    accumulatorBuffer: 32768,
    outputBuffer: 4096,
    chainingBuffer: 3072,
    readBuffers: [128, 128, 256, 256, 128, 16],
    outputCycles: [0.125, 0.125, 0.25, 0.5, 0.25, 0.25],
    activationCycles: [0.125, 0.25],
  },
  {
    name: 'ethos-u85-1024',
    displayName: 'Ethos_U85_1024',
    family: 'u85',
    macsPerCycle: 1024,
    cores: 4,
    ublocks: [
      ublock([2, 2, 32], FLAT_CLASSES, UNITS_2X4),
      ublock([1, 4, 32], FLAT_CLASSES, UNITS_1024_FLAT),
      ublock([2, 4, 16], DEEP_CLASSES, UNITS_2X4),
    ],
    ifmUblock: [4, 2, 16],
    ifmBuffer: 16384,
    accumulatorBuffer: 65536,
    outputBuffer: 4096,
    chainingBuffer: 6144,
    readBuffers: [256, 256, 416, 208, 256, 16],
    outputCycles: [0.0625, 0.125, 0.25, 0.5, 0.125, 0.25],
    activationCycles: [0.0625, 0.125],
  },
  {
    name: 'ethos-u85-2048',
    displayName: 'Ethos_U85_2048',
    family: 'u85',
    macsPerCycle: 2048,
    cores: 4,
    ublocks: [
      ublock([2, 2, 64], FLAT_CLASSES, UNITS_4X4),
      ublock([1, 4, 64], FLAT_CLASSES, UNITS_2048_FLAT),
      ublock([4, 4, 16], DEEP_CLASSES, UNITS_4X4),
    ],
    ifmUblock: [4, 4, 16],
    ifmBuffer: 32768,
    accumulatorBuffer: 131072,
    outputBuffer: 8192,
    chainingBuffer: 12288,
    readBuffers: [256, 256, 512, 256, 256, 16],
    outputCycles: [0.03125, 0.0625, 0.125, 0.25, 0.0625, 0.125],
    activationCycles: [0.03125, 0.0625],
  },
];

/** The Ethos-U85 configurations by name, smallest first. */
export const U85_ACCELERATORS: ReadonlyMap<string, U85Accelerator> = new Map(TABLE.map((a) => [a.name, a]));
