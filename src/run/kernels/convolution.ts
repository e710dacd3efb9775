import { prepareLinear } from '../linear.js';
import { patches } from '../patches.js';
import { activationRange, BYTES, requireType, scaleOf, type Kernel, type Site } from '../site.js';
import { zeros } from '../values.js';
import { windowOf } from '../window.js';
import { ROUNDING, weightsOf } from './weights.js';

/** Weights of a convolution in groups as those of one without: zero for the channels of other groups. */
const ungrouped = (
  values: Int16Array,
  filters: number,
  places: number,
  own: number,
  channels: number,
): Int16Array => {
  if (own === channels) return values;
  const all = new Int16Array(filters * places * channels);
  const perGroup = filters / (channels / own);
  for (let filter = 0; filter < filters; filter++) {
    const first = Math.floor(filter / perGroup) * own;
    for (let place = 0; place < places; place++) {
      const from = (filter * places + place) * own;
      all.set(values.subarray(from, from + own), (filter * places + place) * channels + first);
    }
  }
  return all;
};

/** CONV_2D of 8-bit feature maps. */
export const convolution = (site: Site): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  const type = requireType(site, output, BYTES);
  requireType(site, input, [type]);
  const [filters, kernelHeight, kernelWidth, own] = site.input(1).shape as [number, number, number, number];
  const window = windowOf(site, input, output, [kernelHeight, kernelWidth]);
  const channels = input.shape[3]!;
  if (filters !== output.shape[3] || channels % own !== 0 || filters % (channels / own) !== 0)
    throw site.fault(`its weights are ${site.input(1).shape.join('×')} for ${channels} channels`);
  const { values, bias, factors } = weightsOf(site, input, output, filters, 0);
  const to = scaleOf(site, output);
  const linear = prepareLinear(patches(window, channels, scaleOf(site, input).zeroPoint), {
    count: filters,
    each: 'row',
    weights: ungrouped(values, filters, kernelHeight * kernelWidth, own, channels),
    bias,
    factors,
    rounding: ROUNDING[type],
    zeroPoint: to.zeroPoint,
    range: activationRange(site, type, to),
  });
  return ([map], samples) => {
    const result = zeros(type, output.elements * samples) as Int8Array | Uint8Array;
    linear(map!, result, samples);
    return [result];
  };
};
