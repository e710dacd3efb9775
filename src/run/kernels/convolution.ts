import { patches } from '../patches.js';
import { byteMaps, scaleOf, type Kernel, type Site } from '../site.js';
import { windowOf } from '../window.js';
import { linearKernel, ROUNDING, weightsOf } from './weights.js';

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
  const maps = byteMaps(site);
  const { input, output, type } = maps;
  const [filters, kernelHeight, kernelWidth, own] = site.input(1).shape as [number, number, number, number];
  const window = windowOf(site, input, output, [kernelHeight, kernelWidth]);
  const channels = input.shape[3]!;
  if (filters !== output.shape[3] || channels % own !== 0 || filters % (channels / own) !== 0)
    throw site.fault(`its weights are ${site.input(1).shape.join('×')} for ${channels} channels`);
  const weights = weightsOf(site, maps, filters, 0);
  const values = ungrouped(weights.values, filters, kernelHeight * kernelWidth, own, channels);
  const rows = patches(window, channels, scaleOf(site, input).zeroPoint);
  return linearKernel(site, maps, rows, { ...weights, values }, { each: 'row', rounding: ROUNDING[type] });
};
