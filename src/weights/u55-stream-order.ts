import type { StreamLayout } from './encoding.js';
import {
  ceilDiv,
  effectiveBlockDepth,
  largestSubKernel,
  roundUp,
  type StreamOrder,
  type StreamSlice,
  type SubKernel,
} from './stream-order.js';

const subKernels = (
  height: number,
  width: number,
  maxHeight: number,
  maxWidth: number,
  rounding: number,
): SubKernel[] => {
  const result: SubKernel[] = [];
  for (let y0 = 0; y0 < height; y0 += maxHeight) {
    const rows = Math.min(maxHeight, height - y0);
    for (let x0 = 0; x0 < width; x0 += maxWidth) {
      const columns = Math.min(maxWidth, width - x0);
      const elements = new Int32Array(roundUp(rows * columns, rounding)).fill(-1);
      for (let e = 0; e < rows * columns; e++) {
        elements[e] = (y0 + Math.floor(e / columns)) * width + x0 + (e % columns);
      }
      result.push(elements);
    }
  }
  return result;
};

/**
 * Loop constants for weights of `shape` (O, KH, KW, I) on Ethos-U55/U65, docs/model/weights.md#streams-on-u55-and-u65.
 */
export const streamOrder = (
  shape: readonly [number, number, number, number],
  layout: StreamLayout,
): StreamOrder => {
  const [, height, width, depth] = shape;
  const { traversal, ofmUblockDepth, ifmUblockDepth } = layout;
  const depthwise = traversal === 'depthwise';
  const partKernel = traversal === 'part-kernel';
  const narrow = layout.ifmBits <= 8;
  const rounding = depthwise ? 4 : partKernel ? (narrow ? 4 : 2) : 1;
  const ifmBlockDepth = depthwise ? 1 : partKernel || !narrow ? 16 : 32;
  const ifmGroupDepth = depthwise ? 1 : ifmUblockDepth;
  const ifmPartDepth = partKernel ? ifmGroupDepth : ifmBlockDepth;
  const maxHeight = Math.min(height, largestSubKernel(layout.dilationH));
  const maxWidth = Math.min(width, largestSubKernel(layout.dilationW));
  return {
    key: [
      'u55',
      ifmPartDepth,
      ifmBlockDepth,
      ifmGroupDepth,
      rounding,
      ofmUblockDepth,
      maxHeight,
      maxWidth,
    ].join(),
    depthwise,
    kernelElements: height * width,
    subKernels: subKernels(height, width, maxHeight, maxWidth, rounding),
    ifmDepth: depthwise ? 1 : depth,
    ifmBlockDepth,
    ifmPartDepth,
    ifmGroupDepth,
    serpentine: false,
    ofmUblockDepth,
    ofmGroupDepth: ofmUblockDepth,
    ofmGroupStep: ofmUblockDepth,
  };
};

/**
 * Stream `s` of the depth slice [from, to) (docs/model/weights.md#streams-on-u55-and-u65); has no channels where it
 * does not exist.
 */
export const streamSlice = (
  order: StreamOrder,
  blockDepth: number,
  from: number,
  to: number,
  s: number,
  streams: number,
): StreamSlice => {
  const channels = ceilDiv(to - from - s, streams);
  const block = effectiveBlockDepth(order, ceilDiv(blockDepth - s, streams), channels);
  return { first: from + s, step: streams, channels, blockDepth: block, group: 0 };
};
