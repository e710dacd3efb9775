import { prepareLinear } from '../linear.js';
import { patches } from '../patches.js';
import { activationRange, BYTES, requireType, scaleOf, type Kernel, type Site } from '../site.js';
import { zeros } from '../values.js';
import { windowOf } from '../window.js';
import { weightsOf } from './weights.js';

/** DEPTHWISE_CONV_2D of 8-bit feature maps. */
export const depthwise = (site: Site): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  const type = requireType(site, output, BYTES);
  requireType(site, input, [type]);
  const { shape } = site.input(1);
  const [, kernelHeight, kernelWidth, filters] = shape as [number, number, number, number];
  const window = windowOf(site, input, output, [kernelHeight, kernelWidth]);
  const channels = input.shape[3]!;
  const repeat = filters / channels;
  if (filters !== output.shape[3] || !Number.isInteger(repeat))
    throw site.fault(`its weights are ${shape.join('×')} for ${channels} channels`);
  const { values, bias, factors } = weightsOf(site, input, output, filters, 3);
  const to = scaleOf(site, output);
  const { zeroPoint } = scaleOf(site, input);
  const linear = prepareLinear(patches(window, channels, zeroPoint, { repeat, eachPlace: true }), {
    count: filters,
    each: 'channel',
    weights: values,
    bias,
    factors,
    rounding: 'twice',
    zeroPoint: to.zeroPoint,
    range: activationRange(site, type, to),
  });
  return ([map], samples) => {
    const result = zeros(type, output.elements * samples) as Int8Array | Uint8Array;
    linear(map!, result, samples);
    return [result];
  };
};
