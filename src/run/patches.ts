import type { Rows } from './linear.js';
import type { Values } from './values.js';
import type { Window, WindowAxis } from './window.js';

const extent = ({ output, stride, kernel, dilation, input, before }: WindowAxis): number =>
  Math.max((output - 1) * stride + (kernel - 1) * dilation + 1, before + input);

/** Stored values without their zero point; a function of its own, which the engine compiles well. */
export const widen = (
  target: Int16Array,
  to: number,
  input: Values,
  from: number,
  count: number,
  zeroPoint: number,
): void => {
  for (let i = 0; i < count; i++) target[to + i] = input[from + i]! - zeroPoint;
};

/**
 * Patches of a feature map as rows. The map is stored without its zero point, with its padding, and with each channel
 * `repeat` times, so that a patch consists of runs of values: one per line of the kernel, or one per place of the kernel
 * where it is dilated or where `eachPlace` says so.
 */
export const patches = (
  { batches, y, x }: Window,
  channels: number,
  zeroPoint: number,
  { repeat = 1, eachPlace = x.dilation > 1 } = {},
): Rows => {
  const depth = channels * repeat;
  const height = extent(y);
  const line = extent(x) * depth;
  const starts = new Int32Array(batches * y.output * x.output);
  for (let b = 0, at = 0; b < batches; b++) {
    for (let i = 0; i < y.output; i++) {
      for (let j = 0; j < x.output; j++)
        starts[at++] = (b * height + i * y.stride) * line + j * x.stride * depth;
    }
  }
  const runs = eachPlace ? x.kernel : 1;
  const segments = Int32Array.from(
    { length: y.kernel * runs },
    (_, i) => Math.floor(i / runs) * y.dilation * line + (i % runs) * x.dilation * depth,
  );
  const width = x.input * channels;
  const fill = (target: Int16Array, input: Values, sample: number): void => {
    target.fill(0);
    for (let b = 0; b < batches; b++) {
      for (let i = 0; i < y.input; i++) {
        let to = (b * height + y.before + i) * line + x.before * depth;
        let from = ((sample * batches + b) * y.input + i) * width;
        if (repeat === 1) widen(target, to, input, from, width, zeroPoint);
        else
          for (const end = from + width; from < end; from++) {
            target.fill(input[from]! - zeroPoint, to, to + repeat);
            to += repeat;
          }
      }
    }
  };
  const length = (x.kernel / runs) * depth;
  return { size: batches * height * line, fill, starts, segments, length };
};
