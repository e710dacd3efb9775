import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macCount } from '../../src/lowering/macs.js';
import type { LoweredOp } from '../../src/lowering/operations.js';
import { lowerFor } from './goldens.js';
import { NetworkDraft } from './networks.js';

const OPTIONS = { seed: 7, numRuns: 200 };

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

describe('for any network', () => {
  it('a convolution keeps its multiplications, whatever stride, dilation and batch', () => {
    const parameters = fc.record({
      h: small(20),
      w: small(20),
      c: small(8),
      o: small(8),
      k: small(4),
      stride: small(3),
      dilation: small(4),
      batch: small(3),
    });
    fc.assert(
      fc.property(parameters, ({ h, w, c, o, k, stride, dilation, batch }) => {
        const n = new NetworkDraft();
        const x = n.input([batch, h, w, c]);
        const [oh, ow] = [Math.ceil(h / stride), Math.ceil(w / stride)];
        const y = n.conv(x, [batch, oh, ow, o], [k, k], {
          stride_h: stride,
          stride_w: stride,
          dilation_h_factor: dilation,
          dilation_w_factor: dilation,
        });
        const ops = lowerFor(n.network([y]), 'u55');
        const enlarged = dilation > 2 ? (dilation / (dilation % 2 === 0 ? 2 : 1)) * (k - 1) + 1 : k;
        const total = ops.reduce((sum, op) => sum + macCount(op), 0);
        expect(total).toBe(batch * oh * ow * o * c * enlarged * enlarged);
      }),
      OPTIONS,
    );
  });

  it('operations come after what they read, and views of a tensor share one object', () => {
    const steps = fc.array(fc.tuple(fc.nat(50), fc.nat(50), fc.nat(4)), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(steps, (list) => {
        const n = new NetworkDraft();
        const shape = [1, 8, 8, 8];
        const made = [n.input(shape)];
        for (const [a, b, kind] of list) {
          const [x, y] = [made[a % made.length]!, made[b % made.length]!];
          if (kind === 0) made.push(n.conv(x, shape, [3, 3], { fused_activation_function: 'RELU' }));
          else if (kind === 1) made.push(n.operator('ADD', [x, y], [n.tensor(shape)], {}));
          else if (kind === 2) made.push(n.operator('RELU', [x], [n.tensor(shape)], {}));
          else if (kind === 3) made.push(n.operator('SQRT', [x], [n.tensor(shape)], {}));
          else {
            const wide = n.operator('CONCATENATION', [x, y], [n.tensor([1, 8, 8, 16])], { axis: 3 });
            made.push(n.conv(wide, shape, [1, 1]));
          }
        }
        checkOrder(lowerFor(n.network([made.at(-1)!]), 'u55'));
        checkOrder(lowerFor(n.network([made.at(-1)!]), 'u85'));
      }),
      OPTIONS,
    );
  });
});

function checkOrder(ops: readonly LoweredOp[]): void {
  const byId = new Map<number, unknown>();
  const writers = new Map<number, number>();
  const members = ops.flatMap((op) => [op, ...op.subs]);
  for (const op of members) {
    for (const { tensor } of [...op.ifms, ...op.ofms]) {
      expect(byId.get(tensor.id) ?? tensor).toBe(tensor);
      byId.set(tensor.id, tensor);
    }
    for (const { tensor } of op.ofms) writers.set(tensor.id, (writers.get(tensor.id) ?? 0) + 1);
  }
  const written = new Map<number, number>();
  ops.forEach((op) => {
    for (const { tensor } of op.ifms) {
      if (tensor.constant === undefined && !tensor.graphInput) {
        expect(written.get(tensor.id) ?? 0).toBe(writers.get(tensor.id) ?? -1);
      }
    }
    for (const member of [op, ...op.subs]) {
      for (const { tensor } of member.ofms) written.set(tensor.id, (written.get(tensor.id) ?? 0) + 1);
    }
  });
}
