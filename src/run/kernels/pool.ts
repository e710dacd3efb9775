import { activationRange, byteMaps, sameScale, scaleOf, type Kernel, type Site } from '../site.js';
import { zeros } from '../values.js';
import { windowOf } from '../window.js';

/** AVERAGE_POOL_2D and MAX_POOL_2D of 8-bit feature maps; what is outside of the map does not count. */
export const pool = (site: Site): Kernel => {
  const isAverage = site.operator.kind === 'AVERAGE_POOL_2D';
  const { input, output, type } = byteMaps(site);
  const scale = scaleOf(site, output);
  if (!sameScale(scaleOf(site, input), scale)) throw site.fault('its input and output have different scales');
  const { batches, y, x } = windowOf(site, input, output, [
    site.number('filter_height'),
    site.number('filter_width'),
  ]);
  const channels = input.shape[3]!;
  const [least, greatest] = activationRange(site, type, scale);
  const all = new Int32Array(channels);
  return ([map], samples) => {
    const result = zeros(type, output.elements * samples);
    let at = 0;
    for (let b = 0; b < batches * samples; b++) {
      for (let i = 0; i < y.output; i++) {
        const top = i * y.stride - y.before;
        const rows = [Math.max(0, top), Math.min(y.input, top + y.kernel)] as const;
        for (let j = 0; j < x.output; j++) {
          const left = j * x.stride - x.before;
          const columns = [Math.max(0, left), Math.min(x.input, left + x.kernel)] as const;
          all.fill(isAverage ? 0 : least);
          for (let row = rows[0]; row < rows[1]; row++) {
            const first = ((b * y.input + row) * x.input + columns[0]) * channels;
            const end = first + (columns[1] - columns[0]) * channels;
            for (let from = first; from < end;) {
              if (isAverage) for (let c = 0; c < channels; c++) all[c]! += map![from++]!;
              else for (let c = 0; c < channels; c++) all[c] = Math.max(all[c]!, map![from++]!);
            }
          }
          const count = isAverage ? (rows[1] - rows[0]) * (columns[1] - columns[0]) : 1;
          const half = Math.floor(count / 2);
          for (let c = 0; c < channels; c++) {
            const value = all[c]!;
            const mean = Math.trunc((value > 0 ? value + half : value - half) / count);
            result[at++] = Math.min(greatest, Math.max(least, mean));
          }
        }
      }
    }
    return [result];
  };
};
