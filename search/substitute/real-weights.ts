import type { Tensor } from '../../src/graph/network.js';
import { elementsOf } from '../../src/graph/shape.js';

/** Stored values of a constant of 8-bit integers or single-precision numbers; undefined for other types. */
const storedValues = (tensor: Tensor): ArrayLike<number> | undefined => {
  const bytes = tensor.constant?.bytes;
  if (bytes === undefined) return undefined;
  if (tensor.type === 'uint8') return bytes;
  if (tensor.type === 'int8') return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return tensor.type === 'float32' ? new Float32Array(bytes.slice().buffer) : undefined;
};

/**
 * Real values of a quantised 8-bit constant, in the order of its bytes: scale · (stored − zero point), with one scale
 * or one per index of the quantised axis; float32 constants as they stand. Undefined where the bytes or the
 * quantisation are not known, and for other types.
 */
export const realWeights = (tensor: Tensor): Float64Array | undefined => {
  const { quantisation: q, shape, type } = tensor;
  const stored = storedValues(tensor);
  if (stored === undefined || shape === undefined || stored.length !== elementsOf(shape)) return undefined;
  if (type === 'float32') return Float64Array.from(stored);
  if (q === undefined || q.scales.length === 0) return undefined;
  const values = new Float64Array(stored.length);
  const perAxis = q.scales.length > 1;
  if (perAxis && q.scales.length !== shape[q.axis]) return undefined;
  const axisLength = perAxis ? shape[q.axis]! : 1;
  const inner = perAxis ? elementsOf(shape.slice(q.axis + 1)) : stored.length;
  for (let from = 0, at = 0; from < stored.length; from += inner, at = (at + 1) % axisLength) {
    const scale = q.scales[at]!;
    const zeroPoint = q.zeroPoints[at] ?? q.zeroPoints[0] ?? 0;
    for (let i = from; i < from + inner; i++) values[i] = scale * (stored[i]! - zeroPoint);
  }
  return values;
};
