import type { StreamOrder, StreamSlice } from './stream-order.js';

/** What is in the raw stream of a slice besides the values themselves. */
export interface StreamContents {
  /** Weights, and zeros that pad them. */
  readonly weights: number;
  readonly padding: number;
  /** Number of padding runs by length, each between two weights or at an end. */
  readonly runs: ReadonlyMap<number, number>;
}

/** Calls back for every number of channels that ublocks of a slice hold, with the number of such ublocks. */
function forEachUblock(
  order: StreamOrder,
  { channels, blockDepth }: StreamSlice,
  visit: (depth: number, count: number) => void,
): void {
  const { ofmUblockDepth: unit } = order;
  const counts = new Map<number, number>();
  const add = (depth: number, count: number): void => {
    if (depth > 0 && count > 0) counts.set(depth, (counts.get(depth) ?? 0) + count);
  };
  const addBlocks = (depth: number, count: number): void => {
    const whole = Math.floor(depth / unit);
    add(unit, whole * count);
    add(depth - whole * unit, count);
  };
  const blocks = Math.floor(channels / blockDepth);
  addBlocks(blockDepth, blocks);
  addBlocks(channels - blocks * blockDepth, 1);
  counts.forEach((count, depth) => visit(depth, count));
}

/** Rows that have a channel, in each group of channels that a ublock gives to a stream. */
function rowsOfGroups(order: StreamOrder, { group }: StreamSlice, depth: number): number[] {
  const { ofmUblockDepth, ofmGroupDepth, ofmGroupStep } = order;
  const rows: number[] = [];
  for (let at = group; at < ofmUblockDepth; at += ofmGroupStep) {
    rows.push(Math.min(Math.max(depth - at, 0), ofmGroupDepth));
  }
  return rows;
}

/** Depths of the IFM parts, with their numbers: whole ones and a last one with what is left. */
function partsOf({ ifmDepth, ifmPartDepth }: StreamOrder): (readonly [depth: number, count: number])[] {
  const whole = Math.floor(ifmDepth / ifmPartDepth);
  const rest = ifmDepth - whole * ifmPartDepth;
  return [...(whole > 0 ? [[ifmPartDepth, whole] as const] : []), ...(rest > 0 ? [[rest, 1] as const] : [])];
}

/** Counts weights and padding runs of a slice, in the order of the stream but without walking all of it. */
export function streamContents(order: StreamOrder, slice: StreamSlice): StreamContents {
  const { ofmGroupDepth, ifmPartDepth, ifmGroupDepth } = order;
  const tile = ofmGroupDepth * ifmGroupDepth;
  const parts = partsOf(order);
  const runs = new Map<number, number>();
  let weights = 0;
  let padding = 0;
  const addRuns = (length: number, count: number): void => {
    if (length === 0 || count === 0) return;
    padding += length * count;
    runs.set(length, (runs.get(length) ?? 0) + count);
  };
  /** The tiles of one ublock and one IFM part, `times` over. */
  const walk = (rows: readonly number[], depth: number, elements: Int32Array, times: number): void => {
    let open = 0;
    for (const element of elements) {
      for (let i = 0; i < ifmPartDepth; i += ifmGroupDepth) {
        const columns = element < 0 ? 0 : Math.min(Math.max(depth - i, 0), ifmGroupDepth);
        for (const count of rows) {
          if (columns === 0 || count === 0) {
            open += tile;
            continue;
          }
          addRuns(open, times);
          const short = ifmGroupDepth - columns;
          addRuns(short, (count - 1) * times);
          open = short + (ofmGroupDepth - count) * ifmGroupDepth;
          weights += count * columns * times;
        }
      }
    }
    addRuns(open, times);
  };
  forEachUblock(order, slice, (depth, count) => {
    const rows = rowsOfGroups(order, slice, depth);
    for (const [partDepth, partCount] of parts) {
      for (const elements of order.subKernels) walk(rows, partDepth, elements, partCount * count);
    }
  });
  return { weights, padding, runs };
}
