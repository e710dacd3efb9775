import type { Block, Family } from './family.js';

/** Banks that a buffer's size is rounded up to, by element width. */
interface Granules {
  /** IFM of 8 and 16 bits (elementwise or not). */
  readonly ifm: number;
  readonly ifm32: number;
  readonly accumulator32: number;
  readonly accumulator40: number;
}

/**
 * Geometry and speeds of one Ethos-U55 or Ethos-U65; docs/model/cycles-u55-u65.md#accelerators. All figures are per
 * core.
 */
export interface U55Accelerator {
  readonly name: string;
  /** As reports print it. */
  readonly displayName: string;
  readonly family: Exclude<Family, 'u85'>;
  readonly macsPerCycle: number;
  readonly cores: number;
  readonly ofmUblock: Block;
  readonly ifmUblockDepth: number;
  /** Banks of 1024 bytes. */
  readonly shramBanks: number;
  /** Banks kept free at the end of the SHRAM. */
  readonly reservedEndBanks: number;
  readonly granules: Granules;
  /** Output stage, cycles per OFM element, indexed by `OUTPUT_RATE`. */
  readonly outputCycles: readonly number[];
  /** Activation stage, cycles per OFM element: none or a table, a clamp of the ReLU family, any other. */
  readonly activationCycles: readonly [number, number, number];
  /** Pipeline delay between kernel steps of a block of one ublock: with 32-bit and with 40-bit accumulators. */
  readonly stepDelay: readonly [number, number];
}

/** Rows of the output-stage table. */
export const OUTPUT_RATE = {
  unary32: 0,
  binary32: 1,
  mulTo32: 2,
  mulOrWideAccumulator: 3,
  addSub: 5,
  maxPool: 6,
  other: 7,
} as const;

const U55_32_GRANULES: Granules = { ifm: 2, ifm32: 4, accumulator32: 4, accumulator40: 4 };
const LARGE_GRANULES: Granules = { ifm: 8, ifm32: 16, accumulator32: 16, accumulator40: 20 };
const LARGE = {
  ofmUblock: [2, 2, 8],
  ifmUblockDepth: 8,
  shramBanks: 48,
  reservedEndBanks: 2,
  granules: LARGE_GRANULES,
  macsPerCycle: 256,
  stepDelay: [2, 2],
} as const;
const LARGE_OUTPUT = [0.625, 1.125, 0.5, 0.375, 0.5, 0.75, 0.125, 0.25];

const TABLE: readonly U55Accelerator[] = [
  {
    name: 'ethos-u55-32',
    displayName: 'Ethos_U55_32',
    family: 'u55',
    macsPerCycle: 32,
    cores: 1,
    ofmUblock: [1, 1, 4],
    ifmUblockDepth: 8,
    shramBanks: 16,
    reservedEndBanks: 0,
    granules: U55_32_GRANULES,
    outputCycles: [2, 3, 3, 3, 4, 6, 1, 2],
    activationCycles: [1, 1, 0],
    stepDelay: [3, 7],
  },
  {
    name: 'ethos-u55-64',
    displayName: 'Ethos_U55_64',
    family: 'u55',
    macsPerCycle: 64,
    cores: 1,
    ofmUblock: [1, 1, 8],
    ifmUblockDepth: 8,
    shramBanks: 16,
    reservedEndBanks: 0,
    granules: { ...U55_32_GRANULES, accumulator40: 8 },
    outputCycles: [1, 1.5, 1.5, 1.5, 2, 3, 0.5, 1],
    activationCycles: [1, 1, 0],
    stepDelay: [2, 3],
  },
  {
    name: 'ethos-u55-128',
    displayName: 'Ethos_U55_128',
    family: 'u55',
    macsPerCycle: 128,
    cores: 1,
    ofmUblock: [1, 2, 8],
    ifmUblockDepth: 8,
    shramBanks: 24,
    reservedEndBanks: 2,
    granules: { ifm: 4, ifm32: 8, accumulator32: 8, accumulator40: 12 },
    outputCycles: [0.75, 1.25, 0.75, 0.75, 1, 1.5, 0.25, 0.5],
    activationCycles: [1, 0.5, 0],
    stepDelay: [2, 3],
  },
  {
    ...LARGE,
    name: 'ethos-u55-256',
    displayName: 'Ethos_U55_256',
    family: 'u55',
    cores: 1,
    outputCycles: LARGE_OUTPUT,
    activationCycles: [1, 0.25, 0],
  },
  {
    ...LARGE,
    name: 'ethos-u65-256',
    displayName: 'Ethos_U65_256',
    family: 'u65',
    cores: 1,
    outputCycles: LARGE_OUTPUT,
    activationCycles: [1, 0.25, 0],
  },
  {
    ...LARGE,
    name: 'ethos-u65-512',
    displayName: 'Ethos_U65_512',
    family: 'u65',
    cores: 2,
    outputCycles: LARGE_OUTPUT.map((cycles) => cycles / 2),
    activationCycles: [0.5, 0.125, 0],
  },
];

/** The Ethos-U55 and Ethos-U65 configurations by name, smallest first. */
export const U55_ACCELERATORS: ReadonlyMap<string, U55Accelerator> = new Map(TABLE.map((a) => [a.name, a]));
