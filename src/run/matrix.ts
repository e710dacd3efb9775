import { layOut, memoryBuffer, multiply } from './engine/engine.js';
import { COLUMNS, ROWS, STEP_BYTES } from './engine/products.js';

const blocksOf = (count: number, size: number): number => Math.ceil(count / size);

/**
 * Products of integer matrices, row by row: `a` is m × k, `b` is n × k, the result is a · bᵀ.
 *
 * Sums wrap around at 32 bits.
 */
export const multiplyTransposed = (
  a: Int16Array,
  b: Int16Array,
  m: number,
  n: number,
  k: number,
): Int32Array => {
  const pairs = blocksOf(k, 2);
  const blockCount = blocksOf(m, ROWS);
  const panels = blocksOf(n, COLUMNS);
  const panelBytes = pairs * STEP_BYTES;
  const resultStride = 4 * COLUMNS * panels;
  const [blocks, segments, start, weights, rows, result] = layOut(
    4 * ROWS * blockCount,
    4,
    4 * COLUMNS,
    panels * panelBytes,
    4 * pairs * m,
    resultStride * ROWS * blockCount,
  );
  const buffer = memoryBuffer();
  new Int32Array(buffer, segments, 1)[0] = 0;
  new Int32Array(buffer, start, COLUMNS).fill(0);
  new Int32Array(buffer, blocks, ROWS * blockCount).forEach((_, i, addresses) => {
    addresses[i] = rows + 4 * pairs * Math.min(i, m - 1);
  });
  const stored = new Int16Array(buffer, rows, 2 * pairs * m);
  if (k % 2 === 0) stored.set(a.subarray(0, m * k));
  else {
    stored.fill(0);
    for (let i = 0; i < m; i++) stored.set(a.subarray(i * k, (i + 1) * k), i * 2 * pairs);
  }
  new Int16Array(buffer, weights, (panels * panelBytes) / 2).set(packColumns(b, n, 1, k));
  for (let panel = 0; panel < panels; panel++) {
    multiply('multiply', {
      blocks,
      blockCount,
      segments,
      segmentCount: 1,
      length: 4 * pairs,
      stride: 4,
      weights: weights + panel * panelBytes,
      start,
      result: result + 4 * COLUMNS * panel,
      resultStride,
    });
  }
  const padded = new Int32Array(buffer, result, panels * COLUMNS * m);
  if (n === panels * COLUMNS) return padded.slice();
  const values = new Int32Array(m * n);
  for (let i = 0; i < m; i++) {
    const from = i * panels * COLUMNS;
    values.set(padded.subarray(from, from + n), i * n);
  }
  return values;
};

/**
 * Weights of n columns as the kernel reads them: for every eight columns, pairs of values of each. The values of a
 * column are `segments` runs of `length`, each filled up to pairs with a zero.
 */
export const packColumns = (values: Int16Array, n: number, segments: number, length: number): Int16Array => {
  const pairs = blocksOf(length, 2);
  const panels = blocksOf(n, COLUMNS);
  const panelSize = segments * pairs * 2 * COLUMNS;
  const packed = new Int16Array(panels * panelSize);
  for (let column = 0; column < n; column++) {
    const panel = Math.floor(column / COLUMNS) * panelSize + 2 * (column % COLUMNS);
    for (let segment = 0; segment < segments; segment++) {
      const to = panel + segment * pairs * 2 * COLUMNS;
      const from = (column * segments + segment) * length;
      for (let i = 0; i < length; i++) {
        packed[to + (i >> 1) * 2 * COLUMNS + (i & 1)] = values[from + i]!;
      }
    }
  }
  return packed;
};

/** Weights of n channels in `segments` segments, for every eight channels one segment after another. */
export const packChannels = (values: Int16Array, n: number, segments: number): Int16Array => {
  const packed = new Int16Array(blocksOf(n, COLUMNS) * segments * COLUMNS);
  for (let segment = 0; segment < segments; segment++) {
    for (let channel = 0; channel < n; channel++) {
      const panel = Math.floor(channel / COLUMNS);
      packed[(panel * segments + segment) * COLUMNS + (channel % COLUMNS)] = values[segment * n + channel]!;
    }
  }
  return packed;
};

/** Largest magnitude of some values. */
const magnitude = (values: Int16Array): number => {
  let [least, greatest] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < least) least = value;
    else if (value > greatest) greatest = value;
  }
  return Math.max(-least, greatest);
};

/** Rows at a time: what two panels of the matrix take fits the first level of a cache. */
const CHUNK_ROWS = 1024;

/** How many products of values of these magnitudes can be added before a sum leaves 32 bits. */
const chunkRows = (a: number, b: number): number => {
  const most = Math.floor((2 ** 31 - 1) / Math.max(1, a * b));
  return Math.max(1, Math.min(CHUNK_ROWS, most));
};

/** Rows `from` to `to` of a matrix of `width` columns as pairs of rows, for every eight columns: a word per pair. */
const packRows = (target: Int32Array, values: Int16Array, width: number, from: number, to: number): void => {
  const pairs = blocksOf(to - from, 2);
  for (let pair = 0; pair < pairs; pair++) {
    const even = (from + 2 * pair) * width;
    const hasOdd = from + 2 * pair + 1 < to;
    for (let first = 0, at = pair * COLUMNS; first < width; first += COLUMNS, at += pairs * COLUMNS) {
      const count = Math.min(COLUMNS, width - first);
      for (let c = 0; c < count; c++) {
        const i = even + first + c;
        // The partner of a last odd row is zero.
        target[at + c] = (values[i]! & 0xffff) | (hasOdd ? values[i + width]! << 16 : 0);
      }
      for (let c = count; c < COLUMNS; c++) target[at + c] = 0;
    }
  }
};

/** aᵀ · b of two matrices of as many rows; only what is on or below the diagonal if `half`. */
const crossed = (a: Int16Array, c: number, b: Int16Array, d: number, half: boolean): Float64Array => {
  const n = a.length / c;
  const sums = new Float64Array(c * d);
  const most = magnitude(a);
  const step = chunkRows(most, half ? most : magnitude(b));
  const aPanels = blocksOf(c, COLUMNS);
  const bPanels = blocksOf(d, COLUMNS);
  for (let from = 0; from < n; from += step) {
    const to = Math.min(n, from + step);
    const panelBytes = blocksOf(to - from, 2) * STEP_BYTES;
    const [blocks, segments, start, left, right, result] = layOut(
      4 * COLUMNS * aPanels,
      4,
      4 * COLUMNS,
      aPanels * panelBytes,
      half ? 0 : bPanels * panelBytes,
      4 * COLUMNS * COLUMNS * aPanels,
    );
    const buffer = memoryBuffer();
    new Int32Array(buffer, segments, 1)[0] = 0;
    new Int32Array(buffer, start, COLUMNS).fill(0);
    packRows(new Int32Array(buffer, left, (aPanels * panelBytes) / 4), a, c, from, to);
    if (!half) packRows(new Int32Array(buffer, right, (bPanels * panelBytes) / 4), b, d, from, to);
    new Int32Array(buffer, blocks, COLUMNS * aPanels).forEach((_, i, addresses) => {
      addresses[i] = left + Math.floor(i / COLUMNS) * panelBytes + 4 * (i % COLUMNS);
    });
    for (let panel = 0; panel < bPanels; panel++) {
      const first = half ? panel : 0;
      multiply('multiply', {
        blocks: blocks + 4 * COLUMNS * first,
        blockCount: ((aPanels - first) * COLUMNS) / ROWS,
        segments,
        segmentCount: 1,
        length: panelBytes,
        stride: STEP_BYTES,
        weights: (half ? left : right) + panel * panelBytes,
        start,
        result,
        resultStride: 4 * COLUMNS,
      });
      const part = new Int32Array(buffer, result, COLUMNS * COLUMNS * aPanels);
      const columns = Math.min(COLUMNS, d - panel * COLUMNS);
      for (let i = first * COLUMNS, at = 0; i < c; i++, at += COLUMNS) {
        const target = i * d + panel * COLUMNS;
        for (let j = 0; j < columns; j++) sums[target + j]! += part[at + j]!;
      }
    }
  }
  return sums;
};

/** rowsᵀ · rows of a matrix of `d` columns, row by row: exact. */
export const gram = (rows: Int16Array, d: number): Float64Array => {
  const sums = crossed(rows, d, rows, d, true);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) sums[j * d + i] = sums[i * d + j]!;
  }
  return sums;
};

/** aᵀ · b of two matrices of as many rows and of `c` and `d` columns: c × d, exact. */
export const crossGram = (a: Int16Array, c: number, b: Int16Array, d: number): Float64Array =>
  crossed(a, c, b, d, false);
