import { patches } from '../patches.js';
import { byteMaps, scaleOf, type Kernel, type Site } from '../site.js';
import { windowOf } from '../window.js';
import { linearKernel, weightsOf } from './weights.js';

/** DEPTHWISE_CONV_2D of 8-bit feature maps. */
export const depthwise = (site: Site): Kernel => {
  const maps = byteMaps(site);
  const { input, output } = maps;
  const { shape } = site.input(1);
  const [, kernelHeight, kernelWidth, filters] = shape as [number, number, number, number];
  const window = windowOf(site, input, output, [kernelHeight, kernelWidth]);
  const channels = input.shape[3]!;
  const repeat = filters / channels;
  if (filters !== output.shape[3] || !Number.isInteger(repeat))
    throw site.fault(`its weights are ${shape.join('×')} for ${channels} channels`);
  const weights = weightsOf(site, maps, filters, 3);
  const rows = patches(window, channels, scaleOf(site, input).zeroPoint, { repeat, eachPlace: true });
  return linearKernel(site, maps, rows, weights, { each: 'channel', rounding: 'twice' });
};
