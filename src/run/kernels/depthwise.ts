import { multiplyBy } from '../multiplier.js';
import { activationRange, BYTES, requireType, scaleOf, type Kernel, type Site } from '../site.js';
import { zeros } from '../values.js';
import { windowOf } from '../window.js';
import { weightsOf } from './weights.js';

/** DEPTHWISE_CONV_2D of 8-bit feature maps. */
export const depthwise = (site: Site): Kernel => {
  const [input, output] = [site.input(0), site.output(0)];
  const type = requireType(site, output, BYTES);
  requireType(site, input, [type]);
  const [, kernelHeight, kernelWidth, filters] = site.input(1).shape as [number, number, number, number];
  const { batches, y, x } = windowOf(site, input, output, [kernelHeight, kernelWidth]);
  const channels = input.shape[3]!;
  const multiplier = filters / channels;
  if (filters !== output.shape[3] || !Number.isInteger(multiplier))
    throw site.fault(`its weights are ${site.input(1).shape.join('×')} for ${channels} channels`);
  const { values, bias, factors } = weightsOf(site, input, output, filters, 3);
  const from = scaleOf(site, input);
  const to = scaleOf(site, output);
  const [least, greatest] = activationRange(site, type, to);
  const source = Int32Array.from({ length: filters }, (_, i) => Math.floor(i / multiplier));
  const sums = new Int32Array(filters);
  return ([map], samples) => {
    const result = zeros(type, output.elements * samples);
    let at = 0;
    for (let b = 0; b < batches * samples; b++) {
      for (let i = 0; i < y.output; i++) {
        for (let j = 0; j < x.output; j++) {
          if (bias) sums.set(bias);
          else sums.fill(0);
          for (let ky = 0; ky < y.kernel; ky++) {
            const row = i * y.stride - y.before + ky * y.dilation;
            if (row < 0 || row >= y.input) continue;
            for (let kx = 0; kx < x.kernel; kx++) {
              const column = j * x.stride - x.before + kx * x.dilation;
              if (column < 0 || column >= x.input) continue;
              const pixel = ((b * y.input + row) * x.input + column) * channels;
              const weight = (ky * x.kernel + kx) * filters;
              for (let f = 0; f < filters; f++)
                sums[f]! += (map![pixel + source[f]!]! - from.zeroPoint) * values[weight + f]!;
            }
          }
          for (let f = 0; f < filters; f++) {
            const value = multiplyBy(sums[f]!, factors[f]!) + to.zeroPoint;
            result[at++] = value < least ? least : value > greatest ? greatest : value;
          }
        }
      }
    }
    return [result];
  };
};
