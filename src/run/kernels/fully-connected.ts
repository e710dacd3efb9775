import type { Rows } from '../linear.js';
import { widen } from '../patches.js';
import { byteMaps, scaleOf, type Kernel, type Site } from '../site.js';
import { linearKernel, ROUNDING, weightsOf } from './weights.js';

/** FULLY_CONNECTED of 8-bit values with constant weights. */
export const fullyConnected = (site: Site): Kernel => {
  const maps = byteMaps(site);
  const { input, output, type } = maps;
  const [units, length] = site.input(1).shape as [number, number];
  const count = input.elements / length;
  if (!Number.isInteger(count) || count * units !== output.elements)
    throw site.fault(`its weights are ${units}×${length} for ${input.elements} values`);
  const weights = weightsOf(site, maps, units, 0);
  const { zeroPoint } = scaleOf(site, input);
  const rows: Rows = {
    size: input.elements,
    fill: (target, from, sample) =>
      widen(target, 0, from, sample * input.elements, input.elements, zeroPoint),
    starts: Int32Array.from({ length: count }, (_, i) => i * length),
    segments: Int32Array.of(0),
    length,
  };
  return linearKernel(site, maps, rows, weights, { each: 'row', rounding: ROUNDING[type] });
};
