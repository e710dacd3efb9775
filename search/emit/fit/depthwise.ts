import { cholesky, solveRows } from '../../substitute/dense.js';
import type { Targets } from './moments.js';
import { RIDGE } from './ridge.js';

/** What a depthwise layer is fitted from. */
export interface DepthwiseSamples {
  /** [place][tap][channel]. */
  readonly patches: Int16Array;
  readonly taps: number;
  readonly channels: number;
  readonly scale: number;
  readonly targets: Targets;
}

/** Filters of a depthwise layer, each the ridge solution of its channel, [channel][tap]; and the means. */
export const depthwiseWeights = (
  { patches, taps, channels, scale, targets }: DepthwiseSamples,
  original: Float64Array,
  ridge = RIDGE,
): { readonly rows: Float64Array; readonly inputMeans: Float64Array; readonly outputMeans: Float64Array } => {
  const length = taps * channels;
  const count = Math.max(1, patches.length / length);
  const rows = new Float64Array(length);
  const inputMeans = new Float64Array(length);
  const outputMeans = new Float64Array(channels);
  const patch = new Float64Array(taps);
  for (let c = 0; c < channels; c++) {
    const [gram, cross, sums] = [
      new Float64Array(taps * taps),
      new Float64Array(taps),
      new Float64Array(taps),
    ];
    let levels = 0;
    for (let n = 0; n < count; n++) {
      const y = targets.levels[n * channels + c] ?? 0;
      levels += y;
      for (let k = 0; k < taps; k++) patch[k] = patches[n * length + k * channels + c] ?? 0;
      for (let k = 0; k < taps; k++) {
        const x = patch[k]!;
        if (x === 0) continue;
        sums[k]! += x;
        cross[k]! += x * y;
        for (let j = 0; j <= k; j++) gram[k * taps + j]! += x * patch[j]!;
      }
    }
    const [unit, yMean] = [targets.scales[c]!, levels / count];
    let trace = 0;
    for (let k = 0; k < taps; k++) {
      for (let j = 0; j <= k; j++) {
        const moment =
          scale * scale * (gram[k * taps + j]! / count - (sums[k]! / count) * (sums[j]! / count));
        gram[k * taps + j] = moment;
        gram[j * taps + k] = moment;
      }
      trace += gram[k * taps + k]!;
      inputMeans[c * taps + k] = (scale * sums[k]!) / count;
    }
    const added = trace > 0 ? (ridge * trace) / taps : 1;
    const right = new Float64Array(taps);
    for (let k = 0; k < taps; k++) {
      gram[k * taps + k]! += added;
      const moment = scale * unit * (cross[k]! / count - (sums[k]! / count) * yMean);
      right[k] = moment + added * original[c * taps + k]!;
    }
    rows.set(solveRows(cholesky(gram, taps), taps, right), c * taps);
    outputMeans[c] = unit * yMean + targets.offsets[c]!;
  }
  return { rows, inputMeans, outputMeans };
};
