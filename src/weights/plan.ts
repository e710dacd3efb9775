import type { WeightStatistics } from '../graph/network.js';
import type { Encoding, StreamLayout, U85StreamLayout } from './encoding.js';
import { predictFastSection, predictSection } from './predicted-section.js';
import { encodeSection, fastSection, type Section } from './sections.js';
import { rawLength, roundUp, type StreamOrder, type StreamSlice } from './stream-order.js';
import { DISTINCT_LIMIT } from './stream-size.js';
import { streamOrder, streamSlice } from './u55-stream-order.js';
import { u85ScaleRecords, u85StreamOrder, u85StreamSlice } from './u85-stream-order.js';

/** Scale, bias and shift of one output channel, in bytes (docs/model/weights.md#scales). */
const SCALE_RECORD_BYTES = 10;

/** The part of a depth slice that goes into one stream. */
interface PlannedSection {
  readonly slice: StreamSlice;
  readonly scaleBytes: number;
}

/** How one weight array is cut and coded. */
export interface Plan {
  /** Of one weight array, equal keys mean equal sections for equal slices. */
  readonly key: string;
  /** How streams are coded. */
  readonly format: string;
  readonly order: StreamOrder;
  readonly streams: number;
  /** The sections of the depth slice [from, to), of which those without channels do not exist. */
  readonly sections: (from: number, to: number) => readonly PlannedSection[];
  /** The raw streams that a section is made of. */
  readonly streamsOf: (slice: StreamSlice) => readonly StreamSlice[];
  readonly encode: (values: Int16Array, slice: StreamSlice) => Section;
  /** The same of weights that are not known. */
  readonly predict: (statistics: WeightStatistics, slice: StreamSlice) => Section;
}

type Shape = readonly [number, number, number, number];

const upTo = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** For Ethos-U55/U65: the streams take turns with the channels, each has the scales of its own. */
export const u55Plan = (shape: Shape, layout: StreamLayout): Plan => {
  const order = streamOrder(shape, layout);
  const streams = Math.min(shape[0], layout.cores);
  return {
    key: order.key,
    format: 'standard',
    order,
    streams,
    streamsOf: (slice) => [slice],
    sections: (from, to) =>
      upTo(Math.min(streams, to - from)).map((s) => {
        const slice = streamSlice(order, layout.blockDepth, from, to, s, streams);
        return { slice, scaleBytes: SCALE_RECORD_BYTES * slice.channels };
      }),
    encode: (values, slice) => encodeSection(values, order, slice),
    predict: (statistics, slice) => predictSection(statistics, order, slice),
  };
};

/** For Ethos-U85: the first stream has the scales of all channels. */
export const u85Plan = (shape: Shape, layout: U85StreamLayout): Plan => {
  const { blockDepth, ofmUblockDepth, cores, sparse, fast } = layout;
  const order = u85StreamOrder(shape, layout);
  const streams = fast ? 1 : cores;
  return {
    key: fast ? `fast,${String(sparse)},${order.key}` : order.key,
    format: `${fast ? 'fast' : 'standard'} ${String(sparse)}`,
    order,
    streams,
    streamsOf: (slice) =>
      fast
        ? upTo(cores).map((s) =>
            u85StreamSlice(order, blockDepth, slice.first, slice.first + slice.channels, s),
          )
        : [slice],
    sections: (from, to) =>
      upTo(streams).map((s) => ({
        slice: u85StreamSlice(order, blockDepth, from, to, s),
        scaleBytes: s === 0 ? SCALE_RECORD_BYTES * u85ScaleRecords(to - from, ofmUblockDepth) : 0,
      })),
    encode: (values, slice) =>
      fast ? fastSection(values, order, slice, cores, sparse) : encodeSection(values, order, slice),
    predict: (statistics, slice) =>
      fast
        ? predictFastSection(statistics, order, slice, cores * rawLength(order, slice))
        : predictSection(statistics, order, slice),
  };
};

/** Sizes of all sections together (docs/model/weights.md#encoded-sizes), with `encode` giving those of one. */
export const assemble = (
  plan: Plan,
  boundaries: readonly number[],
  encode: (slice: StreamSlice) => Section,
): Encoding => {
  const rangeBytes: number[] = [];
  const distinct = new Set<number>();
  let weightBytes = 0;
  let allocatedBytes = 0;
  let firstTransferBytes = 0;
  let sourceSize = 0;
  let zeroCount = 0;
  for (let k = 1; k < boundaries.length; k++) {
    let range = 0;
    for (const { slice, scaleBytes } of plan.sections(boundaries[k - 1]!, boundaries[k]!)) {
      const section = encode(slice);
      range += roundUp(scaleBytes, 16) + section.streamBytes;
      if (k === 1) firstTransferBytes += scaleBytes + section.streamBytes;
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
    streams: plan.streams,
  };
};
