import { byteMaps, scaleOf, type Kernel, type Site } from '../site.js';
import { RANGES, zeros } from '../values.js';

const STEPS = 256;

/** The only scale of outputs that the reference knows; zero is the least value. */
const OUTPUT_SCALE = 1 / 256;

/** SOFTMAX of 8-bit values along the last axis: exponentials come from a table of the 256 differences. */
export const softmax = (site: Site): Kernel => {
  const { input, output, type } = byteMaps(site);
  const depth = input.shape.at(-1) ?? 1;
  const step = Math.fround(-scaleOf(site, input).scale * site.number('beta'));
  const table = Float32Array.from({ length: STEPS }, (_, i) => Math.exp(Math.fround(step * i)));
  const { scale, zeroPoint } = scaleOf(site, output);
  const [least, greatest] = RANGES[type];
  if (scale !== OUTPUT_SCALE || zeroPoint !== least)
    throw site.fault(
      `its output has the scale ${scale} and the zero point ${zeroPoint} in place of 1/256 and ${least}`,
    );
  return ([values], samples) => {
    const result = zeros(type, output.elements * samples);
    for (let first = 0; first < result.length; first += depth) {
      let largest = least as number;
      for (let i = first; i < first + depth; i++) largest = Math.max(largest, values![i]!);
      let sum = 0;
      for (let i = first; i < first + depth; i++) sum = Math.fround(sum + table[largest - values![i]!]!);
      const inverse = Math.fround(1 / Math.fround(sum * scale));
      for (let i = first; i < first + depth; i++) {
        const value = Math.round(Math.fround(table[largest - values![i]!]! * inverse)) + zeroPoint;
        result[i] = Math.min(greatest, Math.max(least, value));
      }
    }
    return [result];
  };
};
