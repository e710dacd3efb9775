import type { Operator, Tensor } from '../../../src/graph/network.js';
import { elementsOf } from '../../../src/graph/shape.js';

/** What one output position of a convolution or fully connected layer reads. */
export interface Window {
  readonly depthwise: boolean;
  /** Pictures per sample; more than one where positions of a fully connected layer are rows. */
  readonly images: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly channels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  /** Rows above and columns left of the input that the first output position reads. */
  readonly top: number;
  readonly left: number;
}

const POINT = {
  inputHeight: 1,
  inputWidth: 1,
  outputHeight: 1,
  outputWidth: 1,
  kernelHeight: 1,
  kernelWidth: 1,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  top: 0,
  left: 0,
};

const padding = (same: boolean, input: number, output: number, stride: number, extent: number): number =>
  same ? Math.max(0, (output - 1) * stride + extent - input) >> 1 : 0;

/** Output positions of one sample. */
export const positionsOf = ({ images, outputHeight, outputWidth }: Window): number =>
  images * outputHeight * outputWidth;

/** Entries of a patch: kernel positions × channels. */
export const patchLength = ({ kernelHeight, kernelWidth, channels }: Window): number =>
  kernelHeight * kernelWidth * channels;

/**
 * Window of a convolution, a depthwise convolution with one output channel per input channel, or a fully connected
 * layer; undefined for other operators, grouped convolutions and unknown shapes.
 */
export const windowOf = (
  { kind, options }: Operator,
  ifm: Tensor | undefined,
  ofm: Tensor | undefined,
  weights: Tensor | undefined,
): Window | undefined => {
  const [input, output, kernel] = [ifm?.shape, ofm?.shape, weights?.shape];
  if (input === undefined || output === undefined || kernel === undefined) return undefined;
  if (kind === 'FULLY_CONNECTED') {
    if (kernel.length !== 2) return undefined;
    const channels = kernel[1]!;
    const rows = elementsOf(input) / channels;
    return { ...POINT, depthwise: false, images: rows, channels };
  }
  if (input.length !== 4 || output.length !== 4 || kernel.length !== 4) return undefined;
  const depthwise = kind === 'DEPTHWISE_CONV_2D';
  if (!depthwise && kind !== 'CONV_2D') return undefined;
  const [images, inputHeight, inputWidth, channels] = input as [number, number, number, number];
  const [, outputHeight, outputWidth] = output as [number, number, number];
  const [, kernelHeight, kernelWidth] = kernel as [number, number, number];
  if (kernel[3] !== channels || (depthwise && output[3] !== channels)) return undefined;
  const number = (name: string): number => Number(options[name] ?? 1);
  const [strideHeight, strideWidth] = [number('stride_h'), number('stride_w')];
  const [dilationHeight, dilationWidth] = [number('dilation_h_factor'), number('dilation_w_factor')];
  const same = options['padding'] !== 'VALID';
  return {
    depthwise,
    images,
    inputHeight,
    inputWidth,
    channels,
    outputHeight,
    outputWidth,
    kernelHeight,
    kernelWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    top: padding(same, inputHeight, outputHeight, strideHeight, (kernelHeight - 1) * dilationHeight + 1),
    left: padding(same, inputWidth, outputWidth, strideWidth, (kernelWidth - 1) * dilationWidth + 1),
  };
};
