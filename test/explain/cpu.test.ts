import { describe, expect, it, test } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import { placementOf, type Placement } from '../../src/explain/cpu.js';
import { traitsOf } from '../../src/graph/traits.js';
import type { Network } from '../../src/graph/network.js';
import { cpuLines } from '../../src/report/cpu.js';
import { NetworkDraft } from '../lowering/networks.js';

const placed = (network: Network, accelerator = 'ethos-u55-128'): Placement =>
  placementOf(createEstimator().compile(network, accelerator));

type Build = (n: NetworkDraft) => number;

const network = (build: Build): Network => {
  const n = new NetworkDraft();
  return n.network([build(n)]);
};

const conv =
  (stride: number): Build =>
  (n) =>
    n.operator(
      'CONV_2D',
      [n.input([1, 24, 24, 4]), n.weights([8, 5, 5, 4])],
      [n.tensor([1, 24 / stride, 24 / stride, 8])],
      { padding: 'SAME', stride_h: stride, stride_w: stride },
    );

const resize =
  (factor: number, half_pixel_centers: boolean): Build =>
  (n) =>
    n.operator(
      'RESIZE_BILINEAR',
      [n.input([1, 8, 8, 4]), n.parameter([8 * factor, 8 * factor])],
      [n.tensor([1, 8 * factor, 8 * factor, 4])],
      { half_pixel_centers },
    );

const pool =
  (height: number, width: number): Build =>
  (n) =>
    n.operator('MAX_POOL_2D', [n.input([1, height, width, 4])], [n.tensor([1, 1, 1, 4])], {
      padding: 'VALID',
      stride_h: 1,
      stride_w: 1,
      filter_height: height,
      filter_width: width,
    });

const transpose =
  (shape: readonly number[], order: readonly number[]): Build =>
  (n) =>
    n.operator(
      'TRANSPOSE',
      [n.input(shape), n.parameter(order)],
      [n.tensor(order.map((axis) => shape[axis]!))],
    );

const argMax =
  (axis: number, shape: readonly number[]): Build =>
  (n) =>
    n.operator(
      'ARG_MAX',
      [n.input(shape), n.parameter([axis], [])],
      [
        n.tensor(
          shape.filter((_, i) => i !== axis),
          { type: 'int32' },
        ),
      ],
      { output_type: 'int32' },
    );

const relu =
  (type: 'int8' | 'float32', shape: readonly number[] = [1, 8, 8, 4]): Build =>
  (n) =>
    n.operator('RELU', [n.input(shape, { type })], [n.tensor(shape, { type })]);

describe('what the CPU executes has a fix, and with it the NPU executes it', () => {
  it.each([
    ['stride 4 with padding', conv(4), /^a stride of at most 3/, conv(3)],
    ['half-pixel centres', resize(4, true), /^half_pixel_centers off/, resize(4, false)],
    ['a factor of 3', resize(3, false), /by the same factor of 2, 4 or 8$/, resize(2, false)],
    ['a kernel of Nx1', pool(300, 1), /1xN instead of Nx1/, pool(1, 300)],
    [
      'a channel shuffle on five axes',
      transpose([1, 56, 56, 2, 58], [0, 1, 2, 4, 3]),
      /shuffle channels on 4 axes \(1, height x width, groups, channels\)$/,
      transpose([1, 56 * 56, 2, 58], [0, 1, 3, 2]),
    ],
    ['float32', relu('float32'), /^quantise it to int8/, relu('int8')],
    [
      'a dynamic size',
      relu('int8', [1, -1, 8, 4]),
      /^convert with a fixed batch and fixed sizes/,
      relu('int8'),
    ],
    ['an ARG_MAX over height', argMax(1, [1, 8, 8, 4]), /^over the channels/, argMax(3, [1, 8, 8, 4])],
  ] as const)('%s', (_, before, fix, after) => {
    const { groups, cpuOperators, npuOperators } = placed(network(before));
    expect([cpuOperators, npuOperators]).toEqual([1, 0]);
    expect(groups[0]!.fix).toMatch(fix);
    expect(placed(network(after))).toMatchObject({ cpuOperators: 0, groups: [] });
  });

  it('a larger NPU is named where it has the operator', () => {
    const cast: Build = (n) =>
      n.operator('CAST', [n.input([1, 8, 8, 4])], [n.tensor([1, 8, 8, 4], { type: 'int32' })], {
        in_data_type: 'int8',
        out_data_type: 'int32',
      });
    expect(placed(network(cast)).groups[0]!.fix).toBe('an Ethos-U85, which has it');
    expect(placed(network(cast), 'ethos-u85-256').cpuOperators).toBe(0);
  });
});

const custom = (code: string): Network => {
  const made = network((n) => n.operator('CUSTOM', [n.input([1, 8])], [n.tensor([1, 8])]));
  const [graph] = made.graphs;
  const operators = graph.operators.map((operator) => ({ ...operator, customCode: code }));
  return { ...made, graphs: [{ ...graph, operators }] };
};

test('custom operators are named by their code', () => {
  const { groups, npuOperators } = placed(custom('SignalRfft'));
  expect(groups).toMatchObject([{ operator: 'SignalRfft', count: 1, origins: [0] }]);
  expect(cpuLines(groups, npuOperators, traitsOf(custom('SignalRfft')), { numbered: true })).toEqual([
    'On the CPU: 1 operator; nothing runs on the NPU:',
    '  1 x SignalRfft (0): not supported on any Ethos-U',
  ]);
});

test('float, compiled and dynamic networks are told', () => {
  expect(traitsOf(network(relu('float32')))).toMatchObject({ kind: 'float', integerWeights: false });
  expect(traitsOf(network(relu('int8')))).toEqual({
    kind: 'quantised',
    integerWeights: false,
    dynamicBatch: false,
  });
  const hybrid: Build = (n) =>
    n.operator(
      'FULLY_CONNECTED',
      [n.input([1, 8], { type: 'float32' }), n.weights([4, 8])],
      [n.tensor([1, 4], { type: 'float32' })],
    );
  expect(traitsOf(network(hybrid))).toMatchObject({ kind: 'float', integerWeights: true });
  expect(traitsOf(custom('ethos-u'))).toMatchObject({
    kind: 'compiled',
    compiledFor: 'an Ethos-U (operator ethos-u)',
  });
  expect(traitsOf(custom('edgetpu-custom-op')).compiledFor).toMatch(/^the Coral Edge TPU/);
  expect(traitsOf(custom('Ping')).kind).toBe('quantised');
});
