import { input, ROLE } from '../ir.js';
import type { Op } from '../ir.js';
import { flagOption } from '../read.js';
import { fromEnd } from '../shape.js';
import type { PlacementRules } from '../families/rules.js';

interface Sizes {
  readonly ifm: readonly [number, number];
  readonly ofm: readonly [number, number];
  readonly bilinear: boolean;
  readonly alignCorners: boolean;
  readonly halfPixel: boolean;
}

const factorOf = (d: number, n: number, alignCorners: boolean): number =>
  alignCorners ? (n === 1 ? 1 : Math.fround((n - 1) / (d - 1))) : Math.fround(n / d);

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

/** U55 and U65 (docs/model/lowering.md#resize-limits): the factors that repeated doubling reaches. */
function doublingReason({ ifm, ofm, bilinear, alignCorners, halfPixel }: Sizes): string | undefined {
  const hpc = bilinear && halfPixel;
  if (ifm[0] === 1 && ifm[1] === 1) return undefined;
  if (ifm[0] === ofm[0] && ifm[1] === ofm[1] && !hpc) return undefined;
  const y = factorOf(ifm[0], ofm[0], alignCorners);
  const x = factorOf(ifm[1], ofm[1], alignCorners);
  if (y !== x) {
    const flat = (ofm[0] === 1 && y === 1) || (ofm[1] === 1 && x === 1);
    if (!flat || hpc) return `height and width are resized by different factors, ${y} and ${x}`;
  }
  const factor = Math.max(y, x);
  const limit = hpc ? 2 : 8;
  return Number.isInteger(factor) && isPowerOfTwo(factor) && factor > 1 && factor <= limit
    ? undefined
    : `a resize factor of ${factor} is not a power of two up to ${limit}`;
}

function fractionReason({ ifm, ofm, bilinear, alignCorners, halfPixel }: Sizes): string | undefined {
  const hpc = bilinear ? halfPixel : !alignCorners || halfPixel;
  if (alignCorners && hpc) return 'aligned corners and half-pixel centres exclude each other';
  for (const axis of [0, 1] as const) {
    const aligned = alignCorners && ifm[axis] > 1 ? 1 : 0;
    const d = ifm[axis] - aligned;
    const n = ofm[axis] - aligned;
    if (n === 0 || d === 0) return 'an output of one element with aligned corners is not supported';
    if (Math.floor(n / d) > (hpc ? 1024 : 2048)) return `a resize factor of ${n}/${d} is too large`;
    if (bilinear && (ifm[0] > 1 || ifm[1] > 1) && (n % d !== 0 || !isPowerOfTwo(n / d))) {
      return `a bilinear resize factor of ${n}/${d} is not a power of two`;
    }
  }
  return undefined;
}

/** Why a RESIZE_* runs on the CPU (docs/model/lowering.md#resize-limits). */
export function resizeReason(op: Op, family: PlacementRules): string | undefined {
  const { operator } = op.source;
  const a = input(op, ROLE.ifm)!.shape;
  const b = op.outputs[0]!.shape;
  const sizes: Sizes = {
    ifm: [fromEnd(a, -3), fromEnd(a, -2)],
    ofm: [fromEnd(b, -3), fromEnd(b, -2)],
    bilinear: operator.kind === 'RESIZE_BILINEAR',
    alignCorners: flagOption(operator, 'align_corners'),
    halfPixel: flagOption(operator, 'half_pixel_centers'),
  };
  return family.nativeResize ? fractionReason(sizes) : doublingReason(sizes);
}
