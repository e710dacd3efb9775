import { describe, expect, it } from 'vitest';
import { constantWeights, filters, mirrored, spread, subKernel } from '../../src/lowering/weights.js';
import type { WeightArray } from '../../src/weights/weight-array.js';
import { lowerFor } from './goldens.js';
import { NetworkDraft } from './networks.js';

const counting = (shape: WeightArray['shape']): WeightArray => ({
  key: 'counting',
  shape,
  depthwise: false,
  predicted: false,
  values: () => Int16Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
});

describe('weights', () => {
  it('a dilation above 2 spreads the kernel, zeros between', () => {
    const wide = spread(counting([1, 2, 2, 1]), 3, 2);
    expect(wide.shape).toEqual([1, 4, 3, 1]);
    expect([...wide.values()]).toEqual([1, 0, 2, 0, 0, 0, 0, 0, 0, 3, 0, 4]);
  });

  it('parts keep their values', () => {
    expect([...filters(counting([4, 1, 1, 2]), 1, 2, 2).values()]).toEqual([3, 4, 7, 8]);
    expect([...subKernel(counting([1, 3, 3, 1]), [0, 1], [2, 1], [2, 2]).values()]).toEqual([2, 3, 8, 9]);
    expect([...mirrored(counting([1, 2, 2, 1])).values()]).toEqual([4, 3, 2, 1]);
    expect([...constantWeights([2, 1, 1, 1], true, 1).values()]).toEqual([1, 1]);
  });

  it('operations that share a tensor share the key; other tensors differ', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 4, 4, 8]);
    const shared = n.weights([8, 1, 1, 8]);
    const options = { padding: 'SAME', stride_h: 1, stride_w: 1 };
    const conv = (from: number, weights: number): number =>
      n.operator('CONV_2D', [from, weights], [n.tensor([1, 4, 4, 8])], options);
    const y = conv(conv(conv(x, shared), shared), n.weights([8, 1, 1, 8]));
    const [a, b, c] = lowerFor(n.network([y]), 'u55').map((op) => op.weights!);
    expect(a).toBe(b);
    expect(c!.key).not.toBe(a!.key);
    expect(lowerFor(n.network([y]), 'u55')[0]!.weights).toBe(a);
  });

  it('depthwise filters lie channel by channel', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 4, 4, 2]);
    const weights = n.constant([1, 1, 3, 2], 'int8', { bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    const y = n.operator('DEPTHWISE_CONV_2D', [x, weights], [n.tensor([1, 4, 2, 2])], {
      padding: 'VALID',
      stride_h: 1,
      stride_w: 1,
      depth_multiplier: 1,
    });
    const [op] = lowerFor(n.network([y]), 'u55');
    expect(op!.weights).toMatchObject({ shape: [2, 1, 3, 1], depthwise: true, predicted: false });
    expect([...op!.weights!.values()]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it('unknown values are predicted', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 4, 4, 8]);
    const y = n.operator('CONV_2D', [x, n.weights([8, 3, 3, 8], false)], [n.tensor([1, 4, 4, 8])], {
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
    });
    const [op] = lowerFor(n.network([y]), 'u55');
    expect(op!.weights!.predicted).toBe(true);
    expect(op!.weights!.values()).toHaveLength(8 * 9 * 8);
  });
});
