import { createHash } from 'node:crypto';
import type { Constant, Tensor as NetworkTensor, WeightStatistics } from '../graph/network.js';
import { weightsFromBytes, type RawWeights } from '../weights/from-bytes.js';
import { syntheticWeights } from '../weights/synthetic.js';
import type { TrainedLike } from '../weights/synthetic.js';
import { input, ROLE } from './ir.js';
import type { Op, Quant, View } from './ir.js';
import type { FilterPart, WeightArray } from '../weights/weight-array.js';
import { elements, padTo } from './shape.js';

/** O, KH, KW, I. */
type WeightShape = WeightArray['shape'];

const HASHES = new WeakMap<Constant, string>();
let unknowns = 0;

/** Identity of a constant's contents, kept per constant; unknown contents equal nothing else. */
export function contentHash(constant: Constant): string {
  let hash = HASHES.get(constant);
  if (hash === undefined) {
    const { bytes } = constant;
    hash = bytes === undefined ? `unknown${unknowns++}` : createHash('sha1').update(bytes).digest('base64');
    HASHES.set(constant, hash);
  }
  return hash;
}

/** How a filter lies in the file: O×KH×KW×I, or the depthwise 1×KH×KW×C. */
type FilterOrder = 'OHWI' | '1HWC';

interface Known {
  readonly conv?: WeightArray;
  readonly depthwise?: WeightArray;
}
const BY_TENSOR = new WeakMap<NetworkTensor, Known>();

function shapeOfFilter(shape: readonly number[], order: FilterOrder, matrix: boolean): WeightShape {
  if (matrix) {
    const depth = shape.at(-1) ?? 1;
    return [elements(shape) / depth, 1, 1, depth];
  }
  const [o, h, w, i] = padTo(shape, 4) as unknown as WeightShape;
  return order === 'OHWI' ? [o, h, w, i] : [i, h, w, 1];
}

/** What weights whose values are not known are taken to be like. */
function likenessOf(tensor: NetworkTensor, order: FilterOrder, matrix: boolean): TrainedLike {
  if (matrix || tensor.type === 'uint8') return 'fully-connected';
  return order === '1HWC' ? 'depthwise' : 'convolution';
}

function withStatistics(weights: WeightArray, statistics: WeightStatistics | undefined): WeightArray {
  if (statistics === undefined) return weights;
  const { distinct, ...numbers } = statistics;
  const key = `${Object.values(numbers).join()},${distinct.join()};${weights.key}`;
  return { ...weights, key, statistics };
}

function fromTensor(
  tensor: NetworkTensor,
  quant: Quant | undefined,
  order: FilterOrder,
  depthwise: boolean,
  matrix: boolean,
): WeightArray {
  const shape = shapeOfFilter(tensor.shape ?? [], order, matrix);
  const { constant } = tensor;
  const zeroPoints = quant?.zeroPoints ?? [];
  if (constant?.bytes === undefined) {
    const standIn = syntheticWeights(shape, likenessOf(tensor, order, matrix), depthwise);
    return { ...withStatistics(standIn, constant?.statistics), source: tensor };
  }
  const zero = zeroPoints.every((z) => z === zeroPoints[0]) ? `${zeroPoints[0] ?? 0}` : zeroPoints.join(',');
  const key = `${contentHash(constant)}:${shape.join('x')}:${order}:${depthwise ? 'd' : 'c'}:${zero}`;
  const type = tensor.type === 'uint8' ? 'uint8' : 'int8';
  const raw: RawWeights = {
    ...{ key, type, shape, order, depthwise, zeroPoints },
    get bytes() {
      return constant.bytes!;
    },
  };
  return { ...weightsFromBytes(raw), source: tensor };
}

/**
 * Constant weights of a convolution, depthwise convolution or fully connected operation; undefined when it has none or
 * they are computed. One object per weight tensor and use.
 */
export function weightsOf(op: Op): WeightArray | undefined {
  if (op.weights !== undefined) return op.weights;
  const view = input(op, ROLE.weights);
  const tensor = view?.tensor.source;
  if (view === undefined || tensor?.constant === undefined) return undefined;
  const order: FilterOrder = op.builtin === 'DEPTHWISE_CONV_2D' ? '1HWC' : 'OHWI';
  const depthwise = op.kind === 'DepthwiseConv2D';
  const known = BY_TENSOR.get(tensor);
  const slot = depthwise ? known?.depthwise : known?.conv;
  if (slot !== undefined) return (op.weights = slot);
  const made = fromTensor(tensor, view.quant, order, depthwise, op.builtin === 'FULLY_CONNECTED');
  BY_TENSOR.set(tensor, { ...known, [depthwise ? 'depthwise' : 'conv']: made });
  return (op.weights = made);
}

/** Constant weights of a product, O × I; undefined when they are computed. */
export function matrixWeights(view: View): WeightArray | undefined {
  const tensor = view.tensor.source;
  if (tensor?.constant === undefined) return undefined;
  const known = BY_TENSOR.get(tensor);
  const made = known?.conv ?? fromTensor(tensor, view.quant, 'OHWI', false, true);
  BY_TENSOR.set(tensor, { ...known, conv: made });
  return made;
}

const derived = (
  base: WeightArray,
  suffix: string,
  shape: WeightShape,
  values: () => Int16Array,
  filter?: Int16Array,
): WeightArray => ({ ...base, key: `${base.key}|${suffix}`, shape, values, filter });

/** `count` copies of a filter. */
function copies(filter: Int16Array, count: number): Int16Array {
  const values = new Int16Array(count * filter.length);
  for (let k = 0; k < count; k++) values.set(filter, k * filter.length);
  return values;
}

/** All filters of a tensor. */
const WHOLE: FilterPart = { first: 0, step: 1, offset: 0 };

/** Most weights of an operation that are made here rather than read from a file. */
export const MAX_MADE_WEIGHTS = 2 ** 24;

/** Kernel elements `stepY` × `stepX` apart, zeros between (docs/model/lowering.md#dilation). */
export function spread(base: WeightArray, stepY: number, stepX: number): WeightArray {
  const [o, h, w, i] = base.shape;
  const [h2, w2] = [stepY * (h - 1) + 1, stepX * (w - 1) + 1];
  const spreadOut = derived(
    { ...base, sourceVolume: undefined },
    `spread${stepY}x${stepX}`,
    [o, h2, w2, i],
    () => {
      const from = base.values();
      const to = new Int16Array(o * h2 * w2 * i);
      for (let f = 0; f < o; f++) {
        for (let y = 0; y < h; y++) {
          for (let x = 0; x < w; x++) {
            const at = ((f * h + y) * w + x) * i;
            to.set(from.subarray(at, at + i), ((f * h2 + y * stepY) * w2 + x * stepX) * i);
          }
        }
      }
      return to;
    },
  );
  return { ...spreadOut, statistics: undefined };
}

/** Filters `start`, `start + step`, … (`count` of them). */
export function filters(base: WeightArray, start: number, step: number, count: number): WeightArray {
  const [o, h, w, i] = base.shape;
  if (start === 0 && step === 1 && count === o) return base;
  const size = h * w * i;
  const suffix = `filters${start}+${step}*${count}`;
  const { filter, part = WHOLE } = base;
  const cut: WeightArray = {
    ...base,
    sourceVolume: base.sourceVolume ?? elements(base.shape),
    part: {
      first: part.first + start * part.step,
      step: part.step * step,
      offset: part.offset + start,
    },
  };
  if (filter !== undefined) {
    return derived(cut, suffix, [count, h, w, i], () => copies(filter, count), filter);
  }
  return derived(cut, suffix, [count, h, w, i], () => {
    const from = base.values();
    const to = new Int16Array(count * size);
    for (let k = 0; k < count; k++) {
      const at = (start + k * step) * size;
      to.set(from.subarray(at, at + size), k * size);
    }
    return to;
  });
}

/** Weights that count as a tensor of their own, which has `sourceVolume` weights. */
export const separate = (weights: WeightArray, sourceVolume?: number): WeightArray => ({
  ...weights,
  source: {},
  sourceVolume,
});

/** Keys of tensors by what they were cut from; those of equal contents are equal. */
const CUT = new WeakMap<WeightArray, Map<string, string>>();

/** A part of `base` that becomes a tensor of its own: nothing tells it from others but its contents. */
export function ownTensor(base: WeightArray, part: WeightArray): WeightArray {
  const own: WeightArray = { ...separate(part), part: { ...(part.part ?? WHOLE), offset: 0 } };
  if (part.predicted) return own;
  const known = CUT.get(base) ?? new Map<string, string>();
  CUT.set(base, known);
  let key = known.get(part.key);
  if (key === undefined) {
    const { buffer, byteOffset, byteLength } = part.values();
    const hash = createHash('sha1').update(new Uint8Array(buffer, byteOffset, byteLength));
    key = `${hash.digest('base64')}:${part.shape.join('x')}:${part.depthwise ? 'd' : 'c'}`;
    known.set(part.key, key);
  }
  return { ...own, key };
}

/** Kernel elements y0, y0 + stepY, … and x0, x0 + stepX, … (`h` × `w` of them). */
export function subKernel(
  base: WeightArray,
  [y0, x0]: readonly [number, number],
  [stepY, stepX]: readonly [number, number],
  [h, w]: readonly [number, number],
): WeightArray {
  const [o, kh, kw, i] = base.shape;
  return derived(base, `kernel${y0},${x0}+${stepY},${stepX}*${h},${w}`, [o, h, w, i], () => {
    const from = base.values();
    const to = new Int16Array(o * h * w * i);
    for (let f = 0; f < o; f++) {
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          const at = ((f * kh + y0 + y * stepY) * kw + x0 + x * stepX) * i;
          to.set(from.subarray(at, at + i), ((f * h + y) * w + x) * i);
        }
      }
    }
    return to;
  });
}

/** The kernel turned by half a turn, as a transposed convolution reads it (docs/model/weights.md#encoder-input). */
export function mirrored(base: WeightArray): WeightArray {
  const [o, h, w, i] = base.shape;
  return derived(base, 'mirrored', base.shape, () => {
    const from = base.values();
    const to = new Int16Array(from.length);
    for (let f = 0; f < o; f++) {
      for (let e = 0; e < h * w; e++) {
        const at = (f * h * w + e) * i;
        to.set(from.subarray(at, at + i), (f * h * w + h * w - 1 - e) * i);
      }
    }
    return to;
  });
}

/** Depthwise filters of a one-channel input as the filters of a convolution. */
export const asConvolution = (base: WeightArray): WeightArray => ({
  ...base,
  key: `${base.key}|conv`,
  depthwise: false,
});

/** Longest filter that generated weights keep. */
const MAX_KEPT_FILTER = 2 ** 16;

/** Weights that rewriting makes: all of one value. */
export function constantWeights(shape: WeightShape, depthwise: boolean, value: number): WeightArray {
  const key = `all${value}:${shape.join('x')}:${depthwise ? 'd' : 'c'}`;
  const size = elements(shape.slice(1));
  const filter = size <= MAX_KEPT_FILTER ? new Int16Array(size).fill(value) : undefined;
  return {
    key,
    shape,
    depthwise,
    predicted: false,
    source: {},
    generated: true,
    filter,
    values: () =>
      filter === undefined ? new Int16Array(elements(shape)).fill(value) : copies(filter, shape[0]),
  };
}

/** A depthwise kernel with the same taps for every channel. */
export function repeatedTaps(
  channels: number,
  height: number,
  width: number,
  taps: readonly number[],
): WeightArray {
  const filter = Int16Array.from(taps);
  return {
    key: `taps${taps.join(',')}:${channels}x${height}x${width}:d`,
    shape: [channels, height, width, 1],
    depthwise: true,
    predicted: false,
    source: {},
    generated: true,
    filter,
    values: () => copies(filter, channels),
  };
}
