import { describe, expect, test } from 'vitest';
import type { LoweredOp } from '../../src/lowering/operations.js';
import type { LoweringFamily } from '../../src/lowering/target.js';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { lowerFor } from './goldens.js';
import { NetworkDraft } from './networks.js';

/** `steps` steps on one batch of 8 values, 20 units. */
function lstm(steps: number, options: { readonly cell_clip?: number } = {}): Network {
  const n = new NetworkDraft();
  const repeat = (shape: readonly number[]): number[] => [1, 2, 3, 4].map(() => n.weights(shape));
  const biases = [1, 2, 3, 4].map((bias) => n.parameter(new Array<number>(20).fill(bias)));
  const ofm = n.tensor([1, steps, 20], { name: 'lstm' });
  const inputs = [
    ...[n.input([1, steps, 8]), ...repeat([20, 8]), ...repeat([20, 20])],
    ...[-1, -1, -1, ...biases, -1, -1],
    n.tensor([1, 20], { name: 'hidden', variable: true }),
    n.tensor([1, 20], { name: 'cell', type: 'int16', variable: true, scale: 2 ** -11 }),
    ...[-1, -1, -1, -1],
  ];
  const y = n.operator('UNIDIRECTIONAL_SEQUENCE_LSTM', inputs, [ofm], {
    fused_activation_function: 'TANH',
    cell_clip: 10,
    time_major: false,
    ...options,
  });
  const intermediates = Array.from({ length: 5 }, () => n.tensor([20], { type: 'int16' }));
  n.operators[0] = { ...n.operators[0]!, intermediates };
  return n.network([y]);
}

const rows = (ops: readonly LoweredOp[]): string[] =>
  ops.flatMap((op) => [op, ...op.subs].map((member) => `${member.kind} ${member.ofms[0]!.tensor.name}`));

const gateRows = (gate: string, activation: readonly string[]): string[] => {
  const name = `${gate}_gate_b0.t0`;
  const sum = `${name}_feature_fc_ofm/Add`;
  return [
    `FullyConnected ${name}_recurrent_fc_ofm`,
    `FullyConnected ${name}_feature_fc_ofm`,
    ...['Add', ...activation].map((kind) => `${kind} ${sum}`),
  ];
};

describe('UNIDIRECTIONAL_SEQUENCE_LSTM', () => {
  test('one step: its rows and their names', () => {
    expect(rows(lowerFor(lstm(1), 'u55'))).toEqual([
      'MemoryCopy hidden',
      ...gateRows('output', ['Sigmoid', 'Clamp']),
      ...gateRows('input', ['Sigmoid', 'Clamp']),
      ...gateRows('cell', ['Tanh']),
      'Mul cell_gate_b0.t0_feature_fc_ofm/Add/Mul',
      ...gateRows('forget', ['Sigmoid', 'Clamp']),
      'MemoryCopy cell',
      'Mul cell/Mul',
      'Add cell',
      'Clamp cell',
      'Tanh cell_tanh_b0.t0',
      'Mul hidden',
      'MemoryCopy lstm',
    ]);
  });

  test('clamps work in place, and only where the cell state is clipped', () => {
    const clamps = (network: Network): LoweredOp[] =>
      lowerFor(network, 'u55').filter(({ kind }) => kind === 'Clamp');
    for (const { ifms, ofms } of clamps(lstm(1))) expect(ifms[0]!.tensor).toBe(ofms[0]!.tensor);
    expect(clamps(lstm(1))).toHaveLength(4);
    expect(clamps(lstm(1, { cell_clip: 0 }))).toHaveLength(3);
  });

  test.each<[LoweringFamily, number]>([
    ['u55', 0],
    ['u85', 2],
  ])('on %s all sigmoids and tanhs read %i tables', (family, count) => {
    const tables = lowerFor(lstm(2), family)
      .flatMap((op) => [op, ...op.subs])
      .flatMap(({ lut }) => lut ?? []);
    expect(new Set(tables.map(({ key }) => key)).size).toBe(count);
    expect(tables.every(({ bytes }) => bytes === 2048)).toBe(true);
  });

  test('states take their memory once: 32 bytes for 20 of 8 bits, 48 for 20 of 16 bits', () => {
    const system = resolveSystem({ accelerator: 'ethos-u55-128' });
    const estimator = createEstimator();
    const { program, scheduled } = estimator.evaluate(
      estimator.compile(lstm(28), system.accelerator),
      system,
      { optimise: 'Performance' },
    );
    const { rangeOf, sizes, starts, ends, length } = scheduled.snapshot.liveness;
    const ranges = new Set(
      program.tensors.flatMap(({ persistent }, id) => (persistent ? [rangeOf[id]!] : [])),
    );
    expect([...ranges].map((range) => sizes[range]).sort()).toEqual([32, 48]);
    for (const range of ranges) expect([starts[range], ends[range]]).toEqual([0, length - 1]);
    // IFM of 28 × 8 bytes and both states are there when the first state is copied.
    expect(scheduled.snapshot.used[scheduled.snapshot.liveness.times[0]!]).toBe(224 + 32 + 48);
  });
});
