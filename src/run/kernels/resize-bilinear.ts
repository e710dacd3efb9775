import { byteMaps, sameScale, scaleOf, type Kernel, type Site } from '../site.js';
import { zeros } from '../values.js';

/** Fractions of places have 10 bits. */
const ONE = 1024;

/** Between which two places of the input an output lies, and how near to the second. */
interface Between {
  readonly lower: number;
  readonly upper: number;
  readonly share: number;
}

const betweens = (from: number, to: number, align: boolean, half: boolean): Between[] => {
  const isAligned = align && to > 1;
  const [length, count] = isAligned ? [from - 1, to - 1] : [from, to];
  const scale = Math.trunc((ONE * length + Math.trunc(count / 2)) / count);
  return Array.from({ length: to }, (_, i) => {
    const place = half ? i * scale + Math.trunc(scale / 2) - ONE / 2 : i * scale;
    const lower = Math.max(0, Math.trunc(place / ONE));
    const upper = Math.min(from - 1, Math.trunc((place + ONE - 1) / ONE));
    return { lower, upper, share: place - ONE * lower };
  });
};

/** RESIZE_BILINEAR of 8-bit feature maps. */
export const resizeBilinear = (site: Site): Kernel => {
  const { input, output, type } = byteMaps(site);
  if (!sameScale(scaleOf(site, input), scaleOf(site, output)))
    throw site.fault('its input and output have different scales');
  const [batches, height, width, channels] = input.shape as [number, number, number, number];
  if (input.shape.length !== 4 || output.shape[0] !== batches || output.shape[3] !== channels)
    throw site.fault(`its feature maps are ${input.shape.join('×')} and ${output.shape.join('×')}`);
  const align = site.option('align_corners') === true;
  const half = site.option('half_pixel_centers') === true;
  const rows = betweens(height, output.shape[1]!, align, half);
  const columns = betweens(width, output.shape[2]!, align, half);
  return ([values], samples) => {
    const result = zeros(type, output.elements * samples);
    let at = 0;
    for (let b = 0; b < batches * samples; b++) {
      for (const y of rows) {
        const [top, bottom] = [(b * height + y.lower) * width, (b * height + y.upper) * width];
        for (const x of columns) {
          const [left, right] = [x.lower * channels, x.upper * channels];
          for (let c = 0; c < channels; c++) {
            const upper =
              values![top * channels + left + c]! * (ONE - x.share) +
              values![top * channels + right + c]! * x.share;
            const lower =
              values![bottom * channels + left + c]! * (ONE - x.share) +
              values![bottom * channels + right + c]! * x.share;
            const sum = upper * (ONE - y.share) + lower * y.share;
            result[at++] = Math.trunc((sum + (sum > 0 ? 0.5 : -0.5) * ONE * ONE) / (ONE * ONE));
          }
        }
      }
    }
    return [result];
  };
};
