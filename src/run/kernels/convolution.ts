import { prepareLinear, type Rows } from '../linear.js';
import { activationRange, BYTES, requireType, scaleOf, type Kernel, type Site } from '../site.js';
import { zeros, type Values } from '../values.js';
import { windowOf, type Window } from '../window.js';
import { ROUNDING, weightsOf } from './weights.js';

/**
 * Patches of a feature map as rows. The map is stored without its zero point and with its padding, so that each patch
 * consists of runs of values: one per line of the kernel, or one per place where the kernel is dilated.
 */
const patches = ({ batches, y, x }: Window, channels: number, zeroPoint: number): Rows => {
  const extent = ({ output, stride, kernel, dilation, input, before }: Window['y']): number =>
    Math.max((output - 1) * stride + (kernel - 1) * dilation + 1, before + input);
  const height = extent(y);
  const line = extent(x) * channels;
  const starts = new Int32Array(batches * y.output * x.output);
  for (let b = 0, at = 0; b < batches; b++) {
    for (let i = 0; i < y.output; i++) {
      for (let j = 0; j < x.output; j++)
        starts[at++] = (b * height + i * y.stride) * line + j * x.stride * channels;
    }
  }
  const runs = x.dilation === 1 ? 1 : x.kernel;
  const segments = Int32Array.from(
    { length: y.kernel * runs },
    (_, i) => Math.floor(i / runs) * y.dilation * line + (i % runs) * x.dilation * channels,
  );
  const fill = (target: Int16Array, input: Values, sample: number): void => {
    target.fill(0);
    const width = x.input * channels;
    for (let b = 0; b < batches; b++) {
      for (let i = 0; i < y.input; i++) {
        let to = (b * height + y.before + i) * line + x.before * channels;
        let from = ((sample * batches + b) * y.input + i) * width;
        for (const end = from + width; from < end;) target[to++] = input[from++]! - zeroPoint;
      }
    }
  };
  const length = x.dilation === 1 ? x.kernel * channels : channels;
  return { size: batches * height * line, fill, starts, segments, length };
};

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
  const [input, output] = [site.input(0), site.output(0)];
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
