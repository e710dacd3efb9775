import type { U85StreamLayout } from './encoding.js';
import {
  ceilDiv,
  effectiveBlockDepth,
  largestSubKernel,
  roundUp,
  type StreamOrder,
  type StreamSlice,
  type SubKernel,
} from './stream-order.js';

/** The streams share the channels of a ublock in groups of four (docs/model/weights.md#streams-on-u85). */
const GROUP_DEPTH = 4;

/** Depthwise: kernel elements are padded to a multiple of this, and more padding follows each of them. */
const DEPTHWISE_ROUNDING = 10;

/** Padding elements after ten elements of a depthwise kernel (docs/model/weights.md#streams-on-u85). */
const depthwisePadding = (layout: U85StreamLayout): number => {
  if (layout.ifmBits !== 16 && layout.macs <= 256) return 0;
  return layout.macs <= 512 ? 2 : 6;
};

/** Rectangle of a kernel, in kernel elements. */
interface Window {
  readonly y: number;
  readonly x: number;
  readonly height: number;
  readonly width: number;
}

/** Step between kernel elements that are streamed one after the other: the operation's stride, or 1. */
interface Step {
  readonly y: number;
  readonly x: number;
}

/** Kernel offsets of a window, phase by phase of the stride, in each phase row by row there and back. */
const windowElements = (window: Window, step: Step, kernelWidth: number): number[] => {
  const elements: number[] = [];
  for (let phaseY = 0; phaseY < Math.min(step.y, window.height); phaseY++) {
    const rows = ceilDiv(window.height - phaseY, step.y);
    for (let phaseX = 0; phaseX < Math.min(step.x, window.width); phaseX++) {
      const columns = ceilDiv(window.width - phaseX, step.x);
      for (let ky = 0; ky < rows; ky++) {
        const y = window.y + phaseY + ky * step.y;
        for (let kx = 0; kx < columns; kx++) {
          const column = ky % 2 === 0 ? kx : columns - 1 - kx;
          elements.push(y * kernelWidth + window.x + phaseX + column * step.x);
        }
      }
    }
  }
  return elements;
};

/** Pads to a multiple of `unit` elements and adds `extra` elements after each `unit`. */
const padded = (elements: readonly number[], unit: number, extra: number): SubKernel => {
  const units = ceilDiv(elements.length, unit);
  const result = new Int32Array(units * (unit + extra)).fill(-1);
  elements.forEach((element, e) => (result[e + extra * Math.floor(e / unit)] = element));
  return result;
};

const windows = (height: number, width: number, maxHeight: number, maxWidth: number): Window[] => {
  const result: Window[] = [];
  for (let x = 0; x < width; x += maxWidth) {
    for (let y = 0; y < height; y += maxHeight) {
      result.push({ y, x, height: Math.min(maxHeight, height - y), width: Math.min(maxWidth, width - x) });
    }
  }
  return result;
};

/** Loop constants for weights of `shape` (O, KH, KW, I) on Ethos-U85, docs/model/weights.md#streams-on-u85. */
export const u85StreamOrder = (
  shape: readonly [number, number, number, number],
  layout: U85StreamLayout,
): StreamOrder => {
  const [, height, width, depth] = shape;
  const { traversal, cores, sparse, ofmUblockDepth } = layout;
  const depthwise = traversal === 'depthwise';
  const wide = layout.ifmBits === 16;
  const rounding = depthwise
    ? DEPTHWISE_ROUNDING
    : traversal === 'depth-first'
      ? 1
      : layout.ifmBits === 8 && !sparse
        ? 5
        : 10;
  const extra = depthwise ? depthwisePadding(layout) : 0;
  const ifmBlockDepth = depthwise ? 1 : layout.ifmBlockDepth;
  const narrowPart = traversal === 'part-kernel' && wide && !sparse;
  const ifmPartDepth = narrowPart ? 8 : ifmBlockDepth;
  const ifmGroupDepth = depthwise ? 1 : sparse ? 16 : 8;
  const maxHeight = Math.min(height, largestSubKernel(layout.dilationH));
  const maxWidth = Math.min(width, largestSubKernel(layout.dilationW));
  const step: Step =
    traversal === 'depth-first'
      ? { y: 1, x: 1 }
      : { y: Math.min(layout.strideH, maxHeight), x: Math.min(layout.strideW, maxWidth) };
  const depths = [ifmPartDepth, ifmBlockDepth, ifmGroupDepth, ofmUblockDepth];
  return {
    key: [cores, ...depths, rounding, extra, maxHeight, maxWidth, step.y, step.x].join(),
    depthwise,
    kernelElements: height * width,
    subKernels: windows(height, width, maxHeight, maxWidth).map((window) =>
      padded(windowElements(window, step, width), rounding, extra),
    ),
    ifmDepth: depthwise ? 1 : depth,
    ifmBlockDepth,
    ifmPartDepth,
    ifmGroupDepth,
    serpentine: true,
    ofmUblockDepth,
    ofmGroupDepth: cores === 1 ? ofmUblockDepth : GROUP_DEPTH,
    ofmGroupStep: cores === 1 ? ofmUblockDepth : GROUP_DEPTH * cores,
  };
};

/** Stream `s` of the depth slice [from, to). */
export const u85StreamSlice = (
  order: StreamOrder,
  blockDepth: number,
  from: number,
  to: number,
  s: number,
): StreamSlice => ({
  first: from,
  step: 1,
  channels: to - from,
  blockDepth: effectiveBlockDepth(order, blockDepth, to - from),
  group: GROUP_DEPTH * s,
});

/** Scale records of a depth slice of `channels` channels (docs/model/weights.md#scales). */
export const u85ScaleRecords = (channels: number, ofmUblockDepth: number): number =>
  roundUp(channels, roundUp(ofmUblockDepth, 16));
