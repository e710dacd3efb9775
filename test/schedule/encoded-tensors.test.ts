import { describe, expect, test } from 'vitest';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Evaluation } from '../../src/estimate/evaluation.js';
import type { Network } from '../../src/graph/network.js';
import { resolveSystem } from '../../src/npu/resolve.js';
import { encodedTensors } from '../../src/schedule/encoded-tensors.js';
import type { EncodingRequest } from '../../src/schedule/machine.js';
import { planFor, slicesOf } from '../../src/schedule/planning.js';
import { totalsOf } from '../../src/estimate/totals.js';
import { int32, NetworkDraft } from '../lowering/networks.js';

const systemOf = (accelerator: string) => resolveSystem({ accelerator });

function evaluate(network: Network, accelerator = 'ethos-u55-128'): Evaluation {
  const estimator = createEstimator();
  const system = systemOf(accelerator);
  return estimator.evaluate(estimator.compile(network, accelerator), system, { optimise: 'Performance' });
}

const WINDOW = { padding: 'SAME', stride_h: 1, stride_w: 1 };

/** One of a row of layers with one filter. */
interface LayerOf {
  readonly scale?: number;
  readonly bias?: number;
  readonly dilation?: number;
}

/** Layers one after another on one filter; depthwise ones have 3×3×128, convolutions 32×3×3×32. */
function chain(kind: 'CONV_2D' | 'DEPTHWISE_CONV_2D', layers: readonly LayerOf[]): Network {
  const n = new NetworkDraft();
  const depth = kind === 'CONV_2D' ? 32 : 128;
  const shape = [1, 16, 16, depth];
  const filter = n.weights(kind === 'CONV_2D' ? [depth, 3, 3, depth] : [1, 3, 3, depth]);
  let x = n.input(shape);
  for (const { scale = 0.05, bias = 0, dilation = 1 } of layers) {
    const biases = n.constant([depth], 'int32', int32(new Array<number>(depth).fill(bias)));
    x = n.operator(kind, [x, filter, biases], [n.tensor(shape, { scale })], {
      ...WINDOW,
      dilation_h_factor: dilation,
      dilation_w_factor: dilation,
      depth_multiplier: 1,
    });
  }
  return n.network([x]);
}

const encodings = ({ scheduled }: Evaluation) => scheduled.schedule.map(({ slices }) => slices!.encoding!);

describe('layers with one filter (docs/model/weights.md#shared-encodings)', () => {
  test('and other output scales keep scale records of their own: 10 bytes per channel', () => {
    // IFM to OFM: 0.05 to 0.05, 0.05 to 0.1, 0.1 to 0.15.
    const found = evaluate(chain('DEPTHWISE_CONV_2D', [{}, { scale: 0.1 }, { scale: 0.15 }]));
    const [first] = encodings(found);
    expect(first!.scaleBytes).toBe(1280);
    expect([...found.scheduled.encoded.owner]).toEqual([0, 0, 0]);
    expect(found.memory.constants).toBe(first!.allocatedBytes + 2 * 1280);
  });

  test('and one rescaling are one, whatever the scales and biases are', () => {
    const layers = [{ scale: 0.1, bias: 1 }, { scale: 0.2, bias: 2 }, { scale: 0.4 }];
    const found = evaluate(chain('CONV_2D', layers));
    expect(found.memory.constants).toBe(encodings(found)[0]!.allocatedBytes);
  });

  test('and records of their own share those of equal bytes', () => {
    const layers = [{ scale: 0.05 }, { scale: 0.1 }, { scale: 0.2 }, { scale: 0.4 }];
    const found = evaluate(chain('CONV_2D', layers));
    const [first] = encodings(found);
    expect(found.memory.constants).toBe(first!.allocatedBytes + first!.scaleBytes);
  });

  test('and another dilation are one where the streams are: one constant, one buffer', () => {
    const found = evaluate(chain('CONV_2D', [{}, { dilation: 2 }]));
    const [first] = encodings(found);
    expect([...found.scheduled.encoded.owner]).toEqual([0, 0]);
    expect([...found.scheduled.bufferOwner]).toEqual([0, 0]);
    expect(found.memory.constants).toBe(first!.allocatedBytes);
  });

  test('and another dilation and scale are two in full', () => {
    const found = evaluate(chain('CONV_2D', [{}, { dilation: 2, scale: 0.1 }]));
    expect([...found.scheduled.bufferOwner]).toEqual([0, 1]);
    expect(found.memory.constants).toBe(2 * encodings(found)[0]!.allocatedBytes);
  });

  test('have the records of the first one that asked, even if it did not use them', () => {
    const { machine, program, scheduled } = evaluate(
      chain('CONV_2D', [{ scale: 0.05 }, { scale: 0.1 }, { scale: 0.2 }]),
    );
    const requestOf = (index: number, sliced: boolean): EncodingRequest => {
      const plan = planFor(machine, program.ops[index]!.cost!);
      return { index, plan, slices: sliced ? slicesOf(machine, plan, 16, 16) : plan.whole };
    };
    const schedule = scheduled.schedule.map((entry, index) => ({ ...entry, ...requestOf(index, index > 0) }));
    const [whole, sliced] = [0, 1].map((index) => schedule[index]!.slices.encoding!);
    const bytes = (requests: readonly EncodingRequest[]): number =>
      encodedTensors(machine, program, schedule, requests).bytes;
    expect(bytes([requestOf(1, true)])).toBe(whole!.allocatedBytes + sliced!.allocatedBytes);
    expect(bytes([requestOf(0, true)])).toBe(
      whole!.allocatedBytes + sliced!.allocatedBytes + sliced!.scaleBytes,
    );
  });
});

describe('groups of a convolution', () => {
  /** Two groups of one filter each, of the same values. */
  const grouped = (scales: readonly number[]): Network => {
    const n = new NetworkDraft();
    const x = n.input([1, 8, 8, 8]);
    const half = Uint8Array.from({ length: 36 }, (_, i) => (i * 37) % 101);
    const filter = n.constant([2, 3, 3, 4], 'int8', { bytes: Uint8Array.from([...half, ...half]) });
    n.tensors[filter] = {
      ...n.tensors[filter]!,
      quantisation: { scales, zeroPoints: scales.map(() => 0), axis: 0 },
    };
    return n.network([n.operator('CONV_2D', [x, filter], [n.tensor([1, 8, 8, 2])], WINDOW)]);
  };

  test.each([
    ['ethos-u55-128', 16],
    ['ethos-u85-256', 160],
  ])('with equal filters and other weight scales meet on %s', (accelerator, records) => {
    const same = evaluate(grouped([0.01, 0.01]), accelerator);
    const { allocatedBytes } = encodings(same)[0]!;
    expect(same.memory.constants).toBe(allocatedBytes);
    const different = evaluate(grouped([0.01, 0.02]), accelerator);
    expect(different.memory.constants).toBe(allocatedBytes + records);
    expect([...different.scheduled.encoded.owner]).toEqual([0, 0]);
  });
});

test('the parts of a depthwise convolution with a multiplier never meet, however equal their filters', () => {
  const n = new NetworkDraft();
  const x = n.input([1, 8, 8, 16]);
  const filter = n.constant([1, 3, 3, 32], 'int8', { bytes: new Uint8Array(288).fill(127) });
  const scales = Array.from({ length: 32 }, (_, c) => (c % 2 === 0 ? 0.01 : 0.02));
  n.tensors[filter] = {
    ...n.tensors[filter]!,
    quantisation: { scales, zeroPoints: scales.map(() => 0), axis: 3 },
  };
  const y = n.operator('DEPTHWISE_CONV_2D', [x, filter], [n.tensor([1, 8, 8, 32])], {
    ...WINDOW,
    depth_multiplier: 2,
  });
  const { scheduled } = evaluate(n.network([y]), 'ethos-u55-64');
  const [even, odd] = [0, 1].map((i) => scheduled.schedule[i]!.slices!.encoding!.allocatedBytes);
  expect(scheduled.encoded.bytes).toBe(even! + odd!);
});

test('parts of a transposed convolution of zeros are one constant where their padded streams are', () => {
  const n = new NetworkDraft();
  const x = n.input([1, 8, 8, 8]);
  const filter = n.constant([8, 3, 3, 8], 'int8', { bytes: new Uint8Array(576) });
  const y = n.operator(
    'TRANSPOSE_CONV',
    [n.parameter([1, 16, 16, 8]), filter, x],
    [n.tensor([1, 16, 16, 8])],
    {
      padding: 'SAME',
      stride_h: 2,
      stride_w: 2,
    },
  );
  const { scheduled, program } = evaluate(n.network([y]), 'ethos-u85-128');
  const kernels = program.ops.slice(0, 4).map(({ lowered: { kernel } }) => kernel.height * kernel.width);
  expect([...kernels].sort()).toEqual([1, 2, 2, 4]);
  const owners = new Set(scheduled.encoded.owner.subarray(0, 4));
  expect(owners.size).toBeLessThan(4);
  const bytes = [...owners].map((i) => scheduled.schedule[i]!.slices!.encoding!.allocatedBytes);
  expect(scheduled.encoded.bytes).toBe(bytes.reduce((a, b) => a + b, 0));
});

test('a dilation above 2 spreads the filter for everybody who reads it', () => {
  const shapes = (dilation: number): { weights: (readonly number[])[]; original: number } => {
    const n = new NetworkDraft();
    const shape = [1, 12, 12, 16];
    const filter = n.weights([16, 3, 3, 16]);
    const conv = (from: number, factor: number): number =>
      n.operator('CONV_2D', [from, filter], [n.tensor(shape)], {
        ...WINDOW,
        dilation_h_factor: 1,
        dilation_w_factor: factor,
      });
    const found = evaluate(n.network([conv(conv(n.input(shape), 1), dilation)]));
    for (const { lowered } of found.program.ops.slice(0, 1)) expect(lowered.kernel.width).toBe(3);
    return {
      weights: found.program.ops.map(({ lowered }) => lowered.weights!.shape),
      original: totalsOf(found).originalWeightBytes,
    };
  };
  expect(shapes(2)).toEqual({
    weights: [
      [16, 3, 3, 16],
      [16, 3, 3, 16],
    ],
    original: 2304,
  });
  expect(shapes(4)).toEqual({
    weights: [
      [16, 3, 5, 16],
      [16, 3, 5, 16],
    ],
    original: 3840,
  });
});

test('kernel elements of a block count as tensors of full depth: 5x5 with stride 4, 8 to 200 channels', () => {
  const n = new NetworkDraft();
  const y = n.conv(n.input([1, 40, 40, 8]), [1, 10, 10, 200], [5, 5], { stride_h: 4, stride_w: 4 });
  const found = evaluate(n.network([y]), 'ethos-u85-256');
  const elements = found.program.ops.filter(({ lowered }) => lowered.weights !== undefined);
  expect(totalsOf(found).originalWeightBytes).toBe(elements.length * 200 * 8);
});
