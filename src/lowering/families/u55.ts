import { ELEMENT_BITS } from '../../graph/network.js';
import type { Kind } from '../kinds.js';
import { macCount } from '../macs.js';
import { ZERO_POINT_EXEMPT } from './exempt.js';
import type { FamilyRules } from './rules.js';

/** Kinds that only the largest family has (docs/model/lowering.md#mac-count). */
const EXTENDED: ReadonlySet<Kind> = new Set<Kind>([
  'SHR',
  'Div',
  'LogicalAnd',
  'LogicalOr',
  'LogicalXor',
  'LogicalNot',
  'And',
  'Or',
  'Xor',
  'Not',
  'AndNot',
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
  'Resize',
  'Gather',
  'Scatter',
  'ArgMax',
  'ReduceMin',
  'ReduceAny',
  'ReduceAll',
]);

const PERMUTATIONS = ['NHWC', 'NWHC', 'NHCW'];

/** Ethos-U55 and Ethos-U65, which differ in geometry only. */
export const U55: FamilyRules = {
  name: 'Ethos-U55/U65',
  macs: macCount,
  placement: {
    name: 'Ethos-U55/U65',
    extendedOperators: false,
    boolTypes: false,
    wideWeightSum: 127 * 2 ** 16,
    largestBias: 2n ** 40n - 1n,
    zeroPointExempt: new Set(ZERO_POINT_EXEMPT),
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
  },
  rewriting: {
    transposes: false,
    tables16: false,
    leakyRelu: false,
    resizes: false,
    argMax: false,
    reduceMin: false,
    broadcastsBoth: false,
    sumsThenSubtracts: false,
  },
  splitting: {
    permutations: new Set([...PERMUTATIONS, 'NCWH']),
    permutations32: new Set(PERMUTATIONS),
    longTransposes: false,
    longStrides: false,
    wideCopies: false,
    phases: false,
    resizes: false,
    products: false,
    reducesPlanes: false,
  },
  execution: {
    missing: EXTENDED,
    booleansAsBytes: false,
    largestStride: 3,
    largestDepth: 65536,
    longTransposes: false,
  },
  extendedGroups: false,
  linearOperations: true,
};
