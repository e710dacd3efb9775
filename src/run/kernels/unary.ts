import { divideByPower, multiplierOf, multiplyBy, roundAway } from '../multiplier.js';
import { activationRange, BYTES, requireType, scaleOf, type Kernel, type Scale, type Site } from '../site.js';
import { isQuantised, RANGES, zeros } from '../values.js';

/** The stored result of a stored value, before the limits of its type. */
type Map = (stored: number) => number;

/** What a kind does to values, by the scales of input and output. */
type MakeMap = (from: Scale, to: Scale, site: Site) => Map;

const rescaled: MakeMap = (from, to) => {
  const factor = multiplierOf(from.scale / to.scale);
  return (stored) => multiplyBy(stored - from.zeroPoint, factor) + to.zeroPoint;
};

/** A function of real numbers, computed in float32. */
const real =
  (compute: (value: number) => number): MakeMap =>
  (from, to) => {
    const inverse = Math.fround(1 / to.scale);
    return (stored) => {
      const value = Math.fround(from.scale * (stored - from.zeroPoint));
      return roundAway(Math.fround(Math.fround(compute(value)) * inverse)) + to.zeroPoint;
    };
  };

const sigmoid = (value: number): number => 1 / Math.fround(1 + Math.fround(Math.exp(-value)));

const leaky: MakeMap = (from, to, site) => {
  const alpha = site.number('alpha');
  const positive = multiplierOf(Math.fround(from.scale / to.scale));
  const slope = Math.fround(Math.fround(from.scale * alpha) / to.scale);
  const negative = multiplierOf(Math.abs(slope));
  return (stored) => {
    const value = stored - from.zeroPoint;
    const scaled = value >= 0 ? multiplyBy(value, positive) : Math.sign(slope) * multiplyBy(value, negative);
    return scaled + to.zeroPoint;
  };
};

const INT16 = 32_767;
const saturated = (value: number): number => Math.min(INT16, Math.max(-INT16 - 1, value));

/** A factor with a multiplier of 15 bits. */
const shortMultiplierOf = (factor: number): { readonly multiplier: number; readonly shift: number } => {
  const { multiplier, shift } = multiplierOf(factor);
  return { multiplier: Math.min(INT16, Math.floor((multiplier + 32_768) / 65_536)), shift };
};

/** a · b / 2^15, the nearest integer, halves upwards. */
const shortHighMultiply = (a: number, b: number): number => saturated(Math.floor((a * b + 16_384) / 32_768));

/** Bits by which an input of HARD_SWISH is made finer, and the scale in which its gate of 16 bits is computed. */
const FINER = 128;
const GATE_SCALE = Math.fround(3 / 32_768);

const hardSwish: MakeMap = (from, to, site) => {
  const fine = Math.fround(from.scale / FINER);
  const output = shortMultiplierOf(Math.fround(fine / to.scale));
  const gate = shortMultiplierOf(Math.fround(fine / GATE_SCALE));
  if (output.shift > 0) throw site.fault('its output has a scale far below that of its input');
  return (stored) => {
    const value = (stored - from.zeroPoint) * FINER;
    const ungated = shortHighMultiply(value, output.multiplier);
    const early = Math.max(0, gate.shift - 1);
    let share = shortHighMultiply(saturated(value * 2 ** early), gate.multiplier);
    if (gate.shift > 0) share = saturated(2 * share);
    if (gate.shift < 0) share = divideByPower(share, -gate.shift);
    const gated = saturated(Math.trunc((((share + 32_768) >> 1) * ungated) / 32_768));
    return divideByPower(gated, -output.shift) + to.zeroPoint;
  };
};

const MAPS: Readonly<Record<string, MakeMap>> = {
  RELU: rescaled,
  RELU6: rescaled,
  RELU_N1_TO_1: rescaled,
  RELU_0_TO_1: rescaled,
  LEAKY_RELU: leaky,
  HARD_SWISH: hardSwish,
  LOGISTIC: real(sigmoid),
  TANH: real(Math.tanh),
};

const IS_ACTIVATION = /^RELU/;

const throughTable = (site: Site, make: MakeMap): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  if (!isQuantised(input.type) || !isQuantised(output.type)) throw site.fault('it is not quantised');
  if (input.elements !== output.elements) throw site.fault('its input and output differ in shape');
  const to = scaleOf(site, output);
  const { kind } = site.operator;
  const activation = IS_ACTIVATION.test(kind) ? kind : 'NONE';
  const [least, greatest] = activationRange(site, output.type, to, activation);
  const map = make(scaleOf(site, input), to, site);
  const [first, last] = RANGES[input.type];
  const table = Int16Array.from({ length: last - first + 1 }, (_, i) =>
    Math.min(greatest, Math.max(least, map(first + i))),
  );
  const { type, elements } = output;
  return ([values], samples) => {
    const result = zeros(type, elements * samples);
    for (let i = 0; i < result.length; i++) result[i] = table[values![i]! - first]!;
    return [result];
  };
};

/** Kinds that change each 8-bit value by itself. */
export const unary = (site: Site): Kernel => {
  requireType(site, site.output(0), [requireType(site, site.feature(0), BYTES)]);
  return throughTable(site, MAPS[site.operator.kind]!);
};

const each =
  (type: 'int8' | 'uint8' | 'int16' | 'float32', map: Map): Kernel =>
  ([values]) => {
    const result = zeros(type, values!.length);
    for (let i = 0; i < result.length; i++) result[i] = map(values![i]!);
    return [result];
  };

/** QUANTIZE of real numbers, or from one scale to another. */
export const quantize = (site: Site): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  if (input.type !== 'float32') return throughTable(site, rescaled);
  const type = requireType(site, output, ['int8', 'uint8', 'int16']);
  const { scale, zeroPoint } = scaleOf(site, output);
  const [least, greatest] = RANGES[type];
  return each(type, (value) => Math.min(greatest, Math.max(least, roundAway(value / scale) + zeroPoint)));
};

export const dequantize = (site: Site): Kernel => {
  requireType(site, site.output(0), ['float32']);
  requireType(site, site.feature(0), ['int8', 'uint8', 'int16']);
  const { scale, zeroPoint } = scaleOf(site, site.feature(0));
  return each('float32', (stored) => scale * (stored - zeroPoint));
};
