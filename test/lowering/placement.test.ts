import { describe, expect, it } from 'vitest';
import type { LoweredOp } from '../../src/lowering/operations.js';
import type { LoweringFamily } from '../../src/lowering/target.js';
import { lowerFor } from './goldens.js';
import { NetworkDraft } from './networks.js';

const IMAGE = [1, 16, 16, 8];

const lowered = (
  build: (n: NetworkDraft) => number,
  family: LoweringFamily = 'u55',
): readonly LoweredOp[] => {
  const n = new NetworkDraft();
  return lowerFor(n.network([build(n)]), family);
};

const reasonOf = (build: (n: NetworkDraft) => number, family: LoweringFamily = 'u55'): string | undefined =>
  lowered(build, family)[0]!.reason;

const unary =
  (kind: string, type: 'int8' | 'int16' | 'float32' | 'int32' = 'int8') =>
  (n: NetworkDraft) =>
    n.operator(kind, [n.input(IMAGE, { type })], [n.tensor(IMAGE, { type })]);

describe('operators that the CPU executes say why', () => {
  it.each([
    ['an operator that no NPU has', unary('SQRT'), 'not supported on any Ethos-U'],
    ['an operator of the larger NPU', unary('CAST'), 'not supported on Ethos-U55/U65'],
    ['floating point', unary('RELU', 'float32'), 'float32 is not supported (tensor "t0")'],
    ['32-bit activations', unary('RELU', 'int32'), '32-bit feature maps are not supported for this operator'],
  ])('%s', (_, build, reason) => {
    expect(reasonOf(build)).toBe(reason);
  });

  it('a padded pool with a kernel above 8x8', () => {
    const reason = reasonOf((n) =>
      n.operator('AVERAGE_POOL_2D', [n.input(IMAGE)], [n.tensor(IMAGE)], {
        padding: 'SAME',
        stride_h: 1,
        stride_w: 1,
        filter_height: 9,
        filter_width: 9,
      }),
    );
    expect(reason).toBe('a kernel of 9x9 with padding is larger than 8x8');
  });

  it('a fused activation goes to the CPU with its operator', () => {
    const ops = lowered((n) =>
      n.conv(n.input(IMAGE), [1, 4, 4, 8], [3, 3], {
        stride_h: 4,
        stride_w: 4,
        dilation_h_factor: 2,
        fused_activation_function: 'RELU',
      }),
    );
    expect(ops.map((op) => [op.kind, op.ofms[0]!.tensor.name])).toEqual([['Passthrough', 't2']]);
  });

  it('an activation that fails takes its operator along', () => {
    const ops = lowered((n) =>
      n.conv(n.input(IMAGE), IMAGE, [3, 3], { fused_activation_function: 'SIGN_BIT' }),
    );
    expect(ops.map((op) => op.kind)).toEqual(['Passthrough']);
    expect(ops[0]!.reason).toContain('its activation: ');
  });

  it('large filters are fine until a channel sums to more than 127·2^16', () => {
    const reason = reasonOf((n) => {
      const x = n.input([1, 1, 1, 66000]);
      const bytes = new Uint8Array(66000).fill(127);
      const weights = n.constant([1, 66000], 'int8', { bytes });
      return n.operator('FULLY_CONNECTED', [x, weights], [n.tensor([1, 1])], {});
    });
    expect(reason).toBe('the weights of an output channel sum to 8382000, more than 8323072');
  });
});

describe('networks that will not compile', () => {
  const refusal =
    (build: (n: NetworkDraft) => number): (() => unknown) =>
    () =>
      lowered(build);

  it('names the operator, the rule and the file', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 4, 4, 2]);
    const y = n.operator('RESHAPE', [x, n.parameter([1, 32])], [n.tensor([1, 32], { scale: 0.5 })]);
    expect(() => lowerFor(n.network([y]), 'u55')).toThrow(
      'draft: will not compile because operator 0 (RESHAPE, output "t2") is not valid: a reshape cannot change the scale',
    );
  });

  it.each([
    ['element counts', (n: NetworkDraft) => n.operator('SQUEEZE', [n.input([1, 3])], [n.tensor([4])])],
    [
      'an infinite scale',
      (n: NetworkDraft) => n.operator('RELU', [n.input([4])], [n.tensor([4], { scale: Infinity })]),
    ],
    [
      'pooling between types',
      (n: NetworkDraft) => n.operator('MAX_POOL_2D', [n.input(IMAGE)], [n.tensor(IMAGE, { type: 'int16' })]),
    ],
    ['HARD_SWISH of 16 bits', unary('HARD_SWISH', 'int16')],
    [
      'a negative softmax beta',
      (n: NetworkDraft) => n.operator('SOFTMAX', [n.input([1, 4])], [n.tensor([1, 4])], { beta: -1 }),
    ],
    [
      'PAD that does not add up',
      (n: NetworkDraft) => n.operator('PAD', [n.input([4]), n.parameter([1, 1], [1, 2])], [n.tensor([5])]),
    ],
    [
      'a depth that is no multiple',
      (n: NetworkDraft) =>
        n.operator('CONV_2D', [n.input(IMAGE), n.weights([8, 1, 1, 3])], [n.tensor(IMAGE)], {}),
    ],
  ])('%s', (_, build) => {
    expect(refusal(build)).toThrow('will not compile because');
  });

  it('computed convolution weights on U55', () => {
    const build = (n: NetworkDraft): number =>
      n.operator('CONV_2D', [n.input(IMAGE), n.input([8, 1, 1, 8])], [n.tensor(IMAGE)], {});
    expect(refusal(build)).toThrow('could not run on the NPU of Ethos-U55/U65: its weights are not constant');
  });

  it('boolean outputs on U55', () => {
    const build = (n: NetworkDraft): number =>
      n.operator('GREATER', [n.input(IMAGE), n.input(IMAGE)], [n.tensor(IMAGE, { type: 'bool' })]);
    expect(refusal(build)).toThrow('it becomes And');
  });
});
