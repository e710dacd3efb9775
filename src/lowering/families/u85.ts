import { denseMacCountU85 } from '../macs.js';
import { ZERO_POINT_EXEMPT } from './exempt.js';
import type { FamilyRules } from './rules.js';

const PERMUTATIONS = new Set(['NHWC', 'NWHC', 'NHCW', 'NWCH', 'NCHW', 'NCWH']);

/** Ethos-U85. */
export const U85: FamilyRules = {
  name: 'Ethos-U85',
  macs: denseMacCountU85,
  placement: {
    name: 'Ethos-U85',
    extendedOperators: true,
    boolTypes: true,
    wideWeightSum: 127 * 2 ** 24,
    largestBias: 2n ** 48n - 1n,
    zeroPointExempt: new Set([...ZERO_POINT_EXEMPT, 'DIV']),
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
  },
  rewriting: {
    transposes: true,
    tables16: true,
    leakyRelu: true,
    resizes: true,
    argMax: true,
    reduceMin: true,
    broadcastsBoth: true,
    sumsThenSubtracts: true,
  },
  splitting: {
    permutations: PERMUTATIONS,
    permutations32: PERMUTATIONS,
    longTransposes: true,
    longStrides: true,
    wideCopies: true,
    phases: true,
    resizes: true,
    products: true,
    reducesPlanes: true,
  },
  execution: {
    missing: new Set(),
    booleansAsBytes: true,
    largestStride: Infinity,
    largestDepth: Infinity,
    longTransposes: true,
  },
  extendedGroups: true,
  linearOperations: false,
};
