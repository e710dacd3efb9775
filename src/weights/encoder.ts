import type { WeightArray } from '../lowering/operations.js';
import type { Encoder, Encoding, StreamLayout } from './encoding.js';
import {
  blocksAreSeamless,
  emitStream,
  rawLength,
  type StreamOrder,
  streamOrder,
  type StreamSlice,
} from './stream-order.js';
import { DISTINCT_LIMIT, streamSize } from './stream-size.js';

/** Scale, bias and shift of one output channel, in bytes (reference 05 §7). */
const SCALE_RECORD_BYTES = 10;

/** The weights of one depth slice in one stream. */
export interface Section {
  readonly streamBytes: number;
  readonly rawWeights: number;
  readonly zeroCount: number;
  /** Distinct weights, the first 17 of them. */
  readonly values: readonly number[];
}

let stream = new Int16Array(0);

/** Orders and codes one section; keeps nothing. */
export const encodeSection = (values: Int16Array, order: StreamOrder, slice: StreamSlice): Section => {
  const rawWeights = rawLength(order, slice);
  if (stream.length < rawWeights) stream = new Int16Array(Math.max(rawWeights, 2 * stream.length));
  emitStream(values, order, slice, stream);
  const size = streamSize(stream, rawWeights);
  return {
    streamBytes: size.bytes,
    rawWeights,
    zeroCount: size.zeroCount,
    values: size.values,
  };
};

/** Local stream `s` of the slice [from, to) (reference 05 §2.1); 0 channels where it does not exist. */
const sliceOfStream = (
  order: StreamOrder,
  blockDepth: number,
  from: number,
  to: number,
  s: number,
  streams: number,
): StreamSlice => {
  const channels = Math.ceil((to - from - s) / streams);
  const block = Math.ceil((blockDepth - s) / streams);
  const oneBlock = block >= channels || blocksAreSeamless(order, block);
  return { first: from + s, step: streams, channels, blockDepth: oneBlock ? channels : block };
};

/**
 * Sizes of all sections together (reference 05 §0), with `encode` giving the sections. A section that has no channels
 * does not exist.
 */
const assemble = (
  weights: WeightArray,
  layout: StreamLayout,
  boundaries: readonly number[],
  encode: (order: StreamOrder, slice: StreamSlice) => Section,
): Encoding => {
  const order = streamOrder(weights.shape, layout);
  const streams = Math.min(weights.shape[0], layout.cores);
  const rangeBytes: number[] = [];
  const distinct = new Set<number>();
  let weightBytes = 0;
  let allocatedBytes = 0;
  let firstTransferBytes = 0;
  let sourceSize = 0;
  let zeroCount = 0;
  for (let k = 1; k < boundaries.length; k++) {
    let range = 0;
    for (let s = 0; s < streams; s++) {
      const slice = sliceOfStream(order, layout.blockDepth, boundaries[k - 1]!, boundaries[k]!, s, streams);
      if (slice.channels <= 0) continue;
      const section = encode(order, slice);
      const scales = SCALE_RECORD_BYTES * slice.channels;
      range += 16 * Math.ceil(scales / 16) + section.streamBytes;
      if (k === 1) firstTransferBytes += scales + section.streamBytes;
      weightBytes += section.streamBytes;
      sourceSize += section.rawWeights;
      zeroCount += section.zeroCount;
      section.values.forEach((value) => distinct.add(value));
    }
    rangeBytes.push(range);
    allocatedBytes += range;
  }
  return {
    weightBytes,
    scaleBytes: allocatedBytes - weightBytes,
    allocatedBytes,
    rangeBytes,
    firstTransferBytes,
    sourceSize,
    zeroCount,
    distinctCount: Math.min(distinct.size, DISTINCT_LIMIT + 1),
    streams,
  };
};

/** Gives the values of weight arrays, those of the last one without computing them again, in memory of its own. */
const valueReader = (): ((weights: WeightArray) => Int16Array) => {
  let buffer = new Int16Array(0);
  let lastKey: string | undefined;
  let lastValues: Int16Array = buffer;
  return (weights) => {
    if (lastKey !== weights.key) {
      const [outputs, height, width, depth] = weights.shape;
      const length = outputs * height * width * depth;
      if (buffer.length < length) buffer = new Int16Array(Math.max(length, 2 * buffer.length));
      lastValues = weights.values(buffer);
      lastKey = weights.key;
    }
    return lastValues;
  };
};

/**
 * Sizes of `weights` encoded for Ethos-U55/U65 in the depth slices between successive `boundaries` (the first is 0,
 * the last the number of output channels). Keeps nothing; see `createEncoder`.
 */
export const encodeWeights: Encoder = (weights, layout, boundaries) => {
  const values = weights.values();
  return assemble(weights, layout, boundaries, (order, slice) => encodeSection(values, order, slice));
};

/** A number that two layouts share only where they are equal. */
const layoutCode = (layout: StreamLayout): number => {
  const traversal = layout.traversal === 'depth-first' ? 0 : layout.traversal === 'part-kernel' ? 1 : 2;
  let code = layout.blockDepth * 4 + traversal;
  code = code * 8 + layout.cores;
  code = code * 128 + layout.ofmUblockDepth;
  code = code * 128 + layout.ifmUblockDepth;
  code = code * 64 + layout.ifmBits;
  return code * 100 + Math.min(layout.dilationH, 9) * 10 + Math.min(layout.dilationW, 9);
};

/** Identifies the stream of a section of given weights: equal keys, equal streams. */
const sectionKey = (order: StreamOrder, slice: StreamSlice): string => {
  const { partKernel, brickDepth, rounding, ofmUblockDepth, ifmUblockDepth, subHeight, subWidth } = order;
  const nest = [+partKernel, brickDepth, rounding, ofmUblockDepth, ifmUblockDepth, subHeight, subWidth];
  return [...nest, slice.first, slice.step, slice.channels, slice.blockDepth].join();
};

/** What is known about one weight array. */
interface Known {
  readonly encodings: Map<number, Map<string, Encoding>>;
  readonly sections: Map<string, Section>;
}

/**
 * An encoder that remembers what it has computed, per encoding and per section, by the keys of the weights. Holds the
 * values of the last array only.
 */
export const createEncoder = (): Encoder => {
  const known = new Map<string, Known>();
  const valuesOf = valueReader();
  return (weights, layout, boundaries) => {
    let entry = known.get(weights.key);
    if (entry === undefined) known.set(weights.key, (entry = { encodings: new Map(), sections: new Map() }));
    const { encodings, sections } = entry;
    const code = layoutCode(layout);
    let sliced = encodings.get(code);
    if (sliced === undefined) encodings.set(code, (sliced = new Map<string, Encoding>()));
    const cuts = boundaries.length === 2 ? '' : boundaries.join();
    let encoding = sliced.get(cuts);
    if (encoding === undefined) {
      encoding = assemble(weights, layout, boundaries, (order, slice) => {
        const key = sectionKey(order, slice);
        let section = sections.get(key);
        if (section === undefined) {
          sections.set(key, (section = encodeSection(valuesOf(weights), order, slice)));
        }
        return section;
      });
      sliced.set(cuts, encoding);
    }
    return encoding;
  };
};
