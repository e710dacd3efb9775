import type { Operand, Site } from './site.js';

/** One axis of a window that moves over a feature map. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Places before the input. */
  readonly before: number;
}

const axisOf = (
  site: Site,
  input: number,
  output: number,
  kernel: number,
  stride: number,
  dilation: number,
): WindowAxis => {
  if (stride < 1 || dilation < 1 || kernel < 1) throw site.fault('its window has no size or does not move');
  const reach = (kernel - 1) * dilation + 1;
  const isSame = site.option('padding') === 'SAME';
  const expected = isSame ? Math.ceil(input / stride) : Math.ceil((input - reach + 1) / stride);
  if (expected !== output)
    throw site.fault(`its output is ${output} long where its window gives ${expected}`);
  const before = isSame ? Math.max(0, (output - 1) * stride + reach - input) >> 1 : 0;
  return { input, output, kernel, stride, dilation, before };
};

/** A window with its axes from top to bottom and from left to right. */
export interface Window {
  readonly batches: number;
  readonly y: WindowAxis;
  readonly x: WindowAxis;
}

/** The window of an operator on feature maps of four axes. */
export const windowOf = (
  site: Site,
  input: Operand,
  output: Operand,
  kernel: readonly [height: number, width: number],
): Window => {
  const [batches, height, width] = input.shape;
  if (input.shape.length !== 4 || output.shape.length !== 4 || batches !== output.shape[0])
    throw site.fault(`its feature maps are ${input.shape.join('×')} and ${output.shape.join('×')}`);
  const dilation = (name: string): number => (site.option(name) === undefined ? 1 : site.number(name));
  return {
    batches: batches!,
    y: axisOf(
      site,
      height!,
      output.shape[1]!,
      kernel[0],
      site.number('stride_h'),
      dilation('dilation_h_factor'),
    ),
    x: axisOf(
      site,
      width!,
      output.shape[2]!,
      kernel[1],
      site.number('stride_w'),
      dilation('dilation_w_factor'),
    ),
  };
};
