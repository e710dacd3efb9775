import { ELEMENT_BITS } from '../../graph/network.js';
import type { ElementType } from '../../graph/network.js';
import type { LoweringFamily } from '../target.js';

/** What decides between NPU and CPU and differs between the families (reference 01 §3). */
export interface FamilyRules {
  /** As messages name it. */
  readonly name: string;
  /** Operators of the larger NPU only are supported. */
  readonly extendedOperators: boolean;
  readonly boolTypes: boolean;
  /** Largest Σ|w| of an output channel when the IFM is wider than 8 bits. */
  readonly wideWeightSum: number;
  /** Largest int64 bias. */
  readonly largestBias: bigint;
  readonly zeroPointExempt: ReadonlySet<string>;
  readonly zeroPointFits: (type: ElementType, zeroPoint: number, isOfm: boolean) => boolean;
  /** Operators that may have 32-bit (64-bit) feature maps; undefined for no such rule. */
  readonly only32: ReadonlySet<string> | undefined;
  readonly only64: ReadonlySet<string> | undefined;
  /** Largest stride of convolutions and pools; undefined for any. */
  readonly largestStride: number | undefined;
  /** Weights that an operation computes, and both inputs of a batched product, must be int8 and at most this deep. */
  readonly dynamicDepth: number | undefined;
  /** Transposed convolutions only with strides up to 2. */
  readonly limitedTransposeConv: boolean;
  /** Deepest ARG_MAX, which then must be over the last axis; undefined for any. */
  readonly argMaxDepth: number | undefined;
  readonly limitedTranspose: boolean;
  readonly reverses: boolean;
  /** Resizes by any fraction rather than by powers of two. */
  readonly nativeResize: boolean;
}

const EXEMPT = [
  'AVERAGE_POOL_2D',
  'RESIZE_BILINEAR',
  'RESIZE_NEAREST_NEIGHBOR',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
];

const U55: FamilyRules = {
  name: 'Ethos-U55/U65',
  extendedOperators: false,
  boolTypes: false,
  wideWeightSum: 127 * 2 ** 16,
  largestBias: 2n ** 40n - 1n,
  zeroPointExempt: new Set(EXEMPT),
  zeroPointFits: (type, zeroPoint) =>
    ELEMENT_BITS[type] === 32 ? zeroPoint === 0 : !type.startsWith('u') || zeroPoint >= 0,
  only32: new Set([
    'SUM',
    'ARG_MAX',
    'TRANSPOSE',
    'MIRROR_PAD',
    'ADD',
    'MUL',
    'SUB',
    'BATCH_MATMUL',
    'FULLY_CONNECTED',
    'RESHAPE',
    'SQUEEZE',
    'EXPAND_DIMS',
    'NEG',
  ]),
  only64: new Set(['ARG_MAX']),
  largestStride: 3,
  dynamicDepth: 65536,
  limitedTransposeConv: true,
  argMaxDepth: 127,
  limitedTranspose: true,
  reverses: false,
  nativeResize: false,
};

const U85: FamilyRules = {
  name: 'Ethos-U85',
  extendedOperators: true,
  boolTypes: true,
  wideWeightSum: 127 * 2 ** 24,
  largestBias: 2n ** 48n - 1n,
  zeroPointExempt: new Set([...EXEMPT, 'DIV']),
  zeroPointFits: (type, zeroPoint, isOfm) => {
    if (isOfm) {
      return type.startsWith('u')
        ? (zeroPoint >= 0 && zeroPoint <= 255) || zeroPoint === 32768
        : zeroPoint >= -128 && zeroPoint <= 127;
    }
    if (type === 'int8') return zeroPoint >= -128 && zeroPoint <= 127;
    if (type === 'uint8') return zeroPoint >= 0 && zeroPoint <= 255;
    if (type === 'uint16') return zeroPoint === 0 || zeroPoint === 32768;
    return zeroPoint === 0;
  },
  only32: undefined,
  only64: undefined,
  largestStride: undefined,
  dynamicDepth: undefined,
  limitedTransposeConv: false,
  argMaxDepth: undefined,
  limitedTranspose: false,
  reverses: true,
  nativeResize: true,
};

/** Placement rules of each family. */
export const FAMILY_RULES: Readonly<Record<LoweringFamily, FamilyRules>> = { u55: U55, u65: U55, u85: U85 };
