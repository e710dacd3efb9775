import { describe, expect, it } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Estimate, Layer } from '../../src/estimate/types.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { lowerFor } from './goldens.js';
import { NetworkDraft } from './networks.js';

const estimate = (network: Network): Estimate =>
  createEstimator().estimate(network, resolveSystem({ accelerator: 'ethos-u55-128' }), {
    optimise: 'Performance',
  });

const rowOf = ({ layers }: Estimate, operator: string): Layer =>
  layers.find((layer) => layer.operator === operator)!;

/** BATCH_MATMUL of two graph inputs. */
function product(a: readonly number[], b: readonly number[], ofm: readonly number[], adjY = false): Network {
  const n = new NetworkDraft();
  return n.network([n.operator('BATCH_MATMUL', [n.input(a), n.input(b)], [n.tensor(ofm)], { adj_y: adjY })]);
}

const graphInputOfWeights = (outputs: number, depth: number): Network => {
  const n = new NetworkDraft();
  const inputs = [n.input([1, depth]), n.input([outputs, depth])];
  return n.network([n.operator('FULLY_CONNECTED', inputs, [n.tensor([1, outputs])])]);
};

describe('products on Ethos-U55 (docs/model/lowering.md#products)', () => {
  it('3.1: the scratch tensor is plain and has one channel more', () => {
    const plain = estimate(product([1, 4, 12, 16], [1, 4, 16, 12], [1, 4, 12, 12]));
    expect(rowOf(plain, 'MatMul').stagingUsage).toBe(5376);
    expect(plain.memoryUsed.sram).toBe(5.25 * 1024);
    const flat = estimate(product([1, 6, 12, 1], [1, 6, 12, 1], [1, 6, 12, 12], true));
    expect(flat.memoryUsed.sram).toBe(Math.max(...flat.layers.map(({ stagingUsage }) => stagingUsage)));
    expect(rowOf(flat, 'MatMul').stagingUsage).toBe(1600);
  });

  it('3.2: what writes the first operand writes it plainly', () => {
    const n = new NetworkDraft();
    const scores = n.conv(n.input([1, 4, 50, 16]), [1, 4, 50, 50], [1, 1]);
    const values = n.input([1, 4, 50, 16]);
    const y = n.operator('BATCH_MATMUL', [scores, values], [n.tensor([1, 4, 50, 16])]);
    const conv = rowOf(estimate(n.network([y])), 'Conv2D');
    expect(conv.detail!.ofmFormat).toBe('NHWC');
    expect(conv.npuCycles).toBe(12460);
  });

  it('3.4: an identity transposition of a graph input is a row and works in place', () => {
    const found = estimate(product([1, 4, 36, 32], [1, 4, 36, 32], [1, 4, 36, 36], true));
    expect(found.layers.map(({ operator }) => operator)).toEqual(['Transpose', 'MatMul']);
    expect(rowOf(found, 'Transpose').stagingUsage).toBe(9216);
  });

  it('3.4: but not that of weights, which are stored as 1x1 kernels', () => {
    expect(rowOf(estimate(graphInputOfWeights(32, 256)), 'Transpose').stagingUsage).toBe(16640);
  });
});

describe('transpositions around a product (docs/model/lowering.md#transposes)', () => {
  it('what the CPU computes as weights is written where the product reads it', () => {
    const n = new NetworkDraft();
    const table = n.operator('SQRT', [n.input([99, 64])], [n.tensor([99, 64])]);
    const y = n.operator('FULLY_CONNECTED', [n.input([99, 64]), table], [n.tensor([99, 99])]);
    for (const family of ['u55', 'u65'] as const) {
      const ops = lowerFor(n.network([y]), family);
      expect(ops.map(({ kind }) => kind)).toEqual(['Passthrough', 'MatMul']);
      expect(ops[0]!.ofms[0]!.tensor).toBe(ops[1]!.ifms[1]!.tensor);
    }
  });

  it('a TRANSPOSE in front of it takes its own in and stays the original operator', () => {
    const n = new NetworkDraft();
    const keys = n.operator(
      'TRANSPOSE',
      [n.input([1, 50, 4, 16]), n.parameter([0, 2, 3, 1])],
      [n.tensor([1, 4, 16, 50])],
    );
    const y = n.operator('BATCH_MATMUL', [n.input([1, 4, 50, 16]), keys], [n.tensor([1, 4, 50, 50])]);
    const ops = lowerFor(n.network([y]), 'u55');
    expect(ops.map(({ kind, original }) => [kind, original])).toEqual([
      ['Transpose', 'Transpose'],
      ['MatMul', 'BatchMatMul'],
    ]);
    expect(ops[0]!.ofms[0]!.transposed).toEqual([0, 2, 1, 3]);
  });
});
