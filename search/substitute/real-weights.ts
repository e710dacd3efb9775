import type { Tensor } from '../../src/graph/network.js';

/**
 * Real values of a quantised 8-bit constant, in the order of its bytes: scale · (stored − zero point), with one scale
 * or one per index of the quantised axis. Undefined where the bytes or the quantisation are not known.
 */
export const realWeights = (tensor: Tensor): Float64Array | undefined => {
  const { quantisation: q, shape, type } = tensor;
  const bytes = tensor.constant?.bytes;
  if (bytes === undefined || q === undefined || shape === undefined || q.scales.length === 0) return undefined;
  const stored =
    type === 'uint8' ? bytes : new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(stored.length);
  const perAxis = q.scales.length > 1;
  const axisLength = perAxis ? shape[q.axis]! : 1;
  const inner = perAxis ? shape.slice(q.axis + 1).reduce((n, d) => n * d, 1) : stored.length;
  for (let i = 0; i < stored.length; i++) {
    const at = perAxis ? Math.floor(i / inner) % axisLength : 0;
    values[i] = q.scales[at]! * (stored[i]! - (q.zeroPoints[at] ?? q.zeroPoints[0] ?? 0));
  }
  return values;
};
