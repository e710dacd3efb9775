import { prepareLinear } from '../linear.js';
import { widen } from '../patches.js';
import { activationRange, BYTES, requireType, scaleOf, type Kernel, type Site } from '../site.js';
import { zeros } from '../values.js';
import { ROUNDING, weightsOf } from './weights.js';

/** FULLY_CONNECTED of 8-bit values with constant weights. */
export const fullyConnected = (site: Site): Kernel => {
  const [input, output] = [site.feature(0), site.output(0)];
  const type = requireType(site, output, BYTES);
  requireType(site, input, [type]);
  const [units, length] = site.input(1).shape as [number, number];
  const count = input.elements / length;
  if (!Number.isInteger(count) || count * units !== output.elements)
    throw site.fault(`its weights are ${units}×${length} for ${input.elements} values`);
  const { values, bias, factors } = weightsOf(site, input, output, units, 0);
  const { zeroPoint } = scaleOf(site, input);
  const to = scaleOf(site, output);
  const linear = prepareLinear(
    {
      size: input.elements,
      fill: (target, from, sample) =>
        widen(target, 0, from, sample * input.elements, input.elements, zeroPoint),
      starts: Int32Array.from({ length: count }, (_, i) => i * length),
      segments: Int32Array.of(0),
      length,
    },
    {
      count: units,
      each: 'row',
      weights: values,
      bias,
      factors,
      rounding: ROUNDING[type],
      zeroPoint: to.zeroPoint,
      range: activationRange(site, type, to),
    },
  );
  return ([map], samples) => {
    const result = zeros(type, output.elements * samples) as Int8Array | Uint8Array;
    linear(map!, result, samples);
    return [result];
  };
};
