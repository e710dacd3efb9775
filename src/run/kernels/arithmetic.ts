import { broadcast } from '../broadcast.js';
import { multiplierOf, multiplyBy } from '../multiplier.js';
import {
  activationRange,
  BYTES,
  requireType,
  sameScale,
  scaleOf,
  type Kernel,
  type Scale,
  type Site,
} from '../site.js';
import { RANGES, zeros } from '../values.js';

/** The stored result of two stored values, before the limits of the output. */
type Combine = (a: number, b: number) => number;

/** Bits by which inputs are shifted to the left before they are added. */
const LEFT_SHIFT = 20;

const addition =
  (sign: 1 | -1) =>
  (a: Scale, b: Scale, to: Scale): Combine => {
    const twice = 2 * Math.max(a.scale, b.scale);
    const [factorA, factorB] = [multiplierOf(a.scale / twice), multiplierOf(b.scale / twice)];
    const factor = multiplierOf(twice / (2 ** LEFT_SHIFT * to.scale));
    const scaled = (stored: number, { zeroPoint }: Scale, by: typeof factor): number =>
      multiplyBy((stored - zeroPoint) * 2 ** LEFT_SHIFT, by);
    return (storedA, storedB) =>
      multiplyBy(scaled(storedA, a, factorA) + sign * scaled(storedB, b, factorB), factor) + to.zeroPoint;
  };

const multiplication = (a: Scale, b: Scale, to: Scale): Combine => {
  const factor = multiplierOf(Math.fround(Math.fround(a.scale * b.scale) / to.scale));
  return (storedA, storedB) =>
    multiplyBy((storedA - a.zeroPoint) * (storedB - b.zeroPoint), factor) + to.zeroPoint;
};

const COMBINATIONS: Readonly<Record<string, (a: Scale, b: Scale, to: Scale) => Combine>> = {
  ADD: addition(1),
  SUB: addition(-1),
  MUL: multiplication,
  MINIMUM: () => Math.min,
  MAXIMUM: () => Math.max,
};

/** Kinds that compare stored values. */
const NEEDS_ONE_SCALE: ReadonlySet<string> = new Set(['MINIMUM', 'MAXIMUM']);

const VALUES = 256;

/** Kinds that combine two 8-bit maps: the results of all pairs of values are computed once, when first needed. */
export const arithmetic = (site: Site): Kernel => {
  const operands = [site.feature(0), site.feature(1)] as const;
  const output = site.output(0);
  const type = requireType(site, output, BYTES);
  for (const operand of operands) requireType(site, operand, [type]);
  const [a, b, to] = [scaleOf(site, operands[0]), scaleOf(site, operands[1]), scaleOf(site, output)];
  const [least, greatest] = activationRange(site, type, to);
  const [first] = RANGES[type];
  if (NEEDS_ONE_SCALE.has(site.operator.kind) && !(sameScale(a, b) && sameScale(a, to)))
    throw site.fault('its inputs and output have different scales');
  const combine = COMBINATIONS[site.operator.kind]!(a, b, to);
  const mapped = operands.map(({ shape, elements }) =>
    elements === output.elements ? undefined : broadcast(site, shape, output.shape),
  );
  let table: Int16Array | undefined;
  const fill = (): Int16Array =>
    Int16Array.from({ length: VALUES * VALUES }, (_, i) =>
      Math.min(greatest, Math.max(least, combine(Math.floor(i / VALUES) + first, (i % VALUES) + first))),
    );
  return (inputs, samples) => {
    table ??= fill();
    const [left, right] = inputs;
    const result = zeros(type, output.elements * samples);
    const [leftAt, rightAt] = mapped;
    const { elements } = output;
    if (!leftAt && !rightAt) {
      for (let i = 0; i < result.length; i++)
        result[i] = table[((left![i]! - first) << 8) + right![i]! - first]!;
      return [result];
    }
    for (let s = 0; s < samples; s++) {
      const [l, r] = [s * operands[0].elements, s * operands[1].elements];
      for (let i = 0; i < elements; i++) {
        const x = left![l + (leftAt ? leftAt[i]! : i)]! - first;
        const y = right![r + (rightAt ? rightAt[i]! : i)]! - first;
        result[s * elements + i] = table[(x << 8) + y]!;
      }
    }
    return [result];
  };
};
