import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/graph/network.js';
import type { LoweredOp } from '../../src/lowering/operations.js';
import type { LoweringFamily } from '../../src/lowering/target.js';
import { lowerFor, rowsOf } from './goldens.js';
import { NetworkDraft } from './networks.js';

const rows = (network: Network, family: LoweringFamily = 'u55'): [string, number][] =>
  rowsOf(lowerFor(network, family), family).map(({ op, macs }) => [op.kind, macs]);

const groups = (ops: readonly LoweredOp[]): string[] =>
  ops.map((op) => [op, ...op.subs].map((member) => member.kind).join('+'));

const IMAGE = [1, 16, 16, 8];

describe('operators worked through by hand (docs/model/lowering.md)', () => {
  it('SAME padding of a 10x4 kernel with stride 2', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 49, 10, 1]);
    const y = n.conv(x, [1, 25, 5, 64], [10, 4], {
      stride_h: 2,
      stride_w: 2,
      fused_activation_function: 'RELU',
    });
    const [conv] = lowerFor(n.network([y]), 'u55');
    expect(conv!.kernel).toMatchObject({ top: 4, bottom: 5, left: 1, right: 1, strideH: 2 });
    expect(rows(n.network([y]))).toEqual([
      ['Conv2D', 320000],
      ['Relu', 0],
    ]);
  });

  it('a fully connected layer on 50 vectors is a plane of 5x10', () => {
    const n = new NetworkDraft();
    const x = n.input([50, 32]);
    const y = n.operator('FULLY_CONNECTED', [x, n.weights([10, 32])], [n.tensor([50, 10])], {
      fused_activation_function: 'RELU',
    });
    const [op] = lowerFor(n.network([y]), 'u55');
    expect(op!.ifms[0]!.shape).toEqual([1, 5, 10, 32]);
    expect(op!.ofms[0]!.shape).toEqual([1, 5, 10, 10]);
    expect(rows(n.network([y]))).toEqual([
      ['FullyConnected', 16000],
      ['Relu', 0],
    ]);
  });

  it('MEAN over 200 rows is four sums in reverse order, three additions and a scaling', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 200, 7, 4]);
    const y = n.operator('MEAN', [x, n.parameter([1])], [n.tensor([1, 1, 7, 4])], { keep_dims: true });
    const ops = lowerFor(n.network([y]), 'u55');
    expect(rows(n.network([y]))).toEqual([
      ['DepthwiseConv2D', 224],
      ['DepthwiseConv2D', 1792],
      ['DepthwiseConv2D', 1792],
      ['DepthwiseConv2D', 1792],
      ['Add', 0],
      ['Add', 0],
      ['Add', 0],
      ['Mul', 0],
    ]);
    expect(ops[0]!.ifms[0]!.slice).toEqual({ offset: [0, 192, 0, 0], shape: [1, 8, 7, 4] });
    expect(ops[4]!.ofms[0]!.shape).toEqual([1, 1, 1, 28]);
  });

  it('MEAN of 80x80 is two sums of 51 and 29 rows', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 80, 80, 4]);
    const y = n.operator('MEAN', [x, n.parameter([1, 2])], [n.tensor([1, 1, 1, 4])], { keep_dims: true });
    expect(rows(n.network([y]))).toEqual([
      ['DepthwiseConv2D', 9280],
      ['DepthwiseConv2D', 16320],
      ['Add', 0],
      ['Mul', 0],
    ]);
  });

  it('branches of a concatenation write their parts, in the order of the writers', () => {
    const n = new NetworkDraft();
    const relu = { fused_activation_function: 'RELU' };
    const x = n.input(IMAGE);
    const a = n.conv(x, IMAGE, [1, 1], relu);
    const b = n.conv(n.conv(x, [1, 16, 16, 4], [1, 1], relu), IMAGE, [3, 3], relu);
    const c = n.operator('MAX_POOL_2D', [x], [n.tensor(IMAGE)], {
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
      filter_height: 3,
      filter_width: 3,
    });
    const d = n.operator('DEPTHWISE_CONV_2D', [a, n.weights([1, 3, 3, 8])], [n.tensor(IMAGE)], {
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
      depth_multiplier: 1,
      ...relu,
    });
    const k = n.operator('CONCATENATION', [a, b, c, d], [n.tensor([1, 16, 16, 32])], { axis: 3 });
    const out = n.conv(k, IMAGE, [3, 3], relu);
    const sum = n.operator('ADD', [a, d], [n.tensor(IMAGE)], relu);
    const ops = lowerFor(n.network([out, sum]), 'u55');
    expect(rows(n.network([out, sum])).map(([, macs]) => macs)).toEqual([
      16384, 0, 18432, 0, 0, 0, 8192, 0, 73728, 0, 18432, 2048, 2048, 589824, 0,
    ]);
    const part = ops.find((op) => op.ofms[0]!.tensor.name === `t${k}` && op.kind === 'Conv2D');
    expect(part!.ofms[0]!.slice).toEqual({ offset: [0, 0, 0, 8], shape: IMAGE });
  });

  it('a chain of at most four elementwise operations on U85', () => {
    const n = new NetworkDraft();
    const [x, y, z] = [n.input(IMAGE), n.input(IMAGE), n.input(IMAGE)];
    const one = (): number => n.constant([1], 'int8', { bytes: Uint8Array.of(3) });
    const next = (kind: string, from: number, other: number, activation = 'NONE'): number =>
      n.operator(kind, [from, other], [n.tensor(IMAGE)], { fused_activation_function: activation });
    const t1 = next('MUL', x, x);
    const t2 = next('ADD', t1, one(), 'RELU');
    const t3 = next('MUL', next('SUB', t2, y), one());
    const t4 = n.operator('HARD_SWISH', [next('ADD', t3, z)], [n.tensor(IMAGE)]);
    const network = n.network([t4]);
    expect(groups(lowerFor(network, 'u85'))).toEqual(['Mul+Add+Relu+Sub+Mul', 'Add+LUT']);
    expect(groups(lowerFor(network, 'u55'))).toEqual(['Mul', 'Add+Relu', 'Sub', 'Mul', 'Add+LUT']);
  });

  it('depthwise with stride 4 is one operation per kernel element on U85, the CPU on U55', () => {
    const n = new NetworkDraft();
    const x = n.input(IMAGE);
    const y = n.operator('DEPTHWISE_CONV_2D', [x, n.weights([1, 3, 3, 8])], [n.tensor([1, 4, 4, 8])], {
      padding: 'SAME',
      stride_h: 4,
      stride_w: 4,
      depth_multiplier: 1,
      fused_activation_function: 'RELU',
    });
    expect(rows(n.network([y]), 'u85')).toEqual([
      ...new Array<[string, number]>(9).fill(['DepthwiseConv2D', 128]),
      ['Relu', 128],
    ]);
    const [cpu] = lowerFor(n.network([y]), 'u55');
    expect(cpu).toMatchObject({
      kind: 'Passthrough',
      target: 'CPU',
      reason: 'stride 4x4 is larger than 3x3',
    });
  });

  it('PAD is a copy and four fills, run backwards', () => {
    const n = new NetworkDraft();
    const x = n.input(IMAGE);
    const amounts = n.parameter([0, 0, 1, 1, 1, 1, 0, 0], [4, 2]);
    const y = n.operator('PAD', [x, amounts], [n.tensor([1, 18, 18, 8])]);
    expect(rows(n.network([y])).map(([, macs]) => macs)).toEqual([2048, 144, 144, 144, 144]);
    const conv = n.conv(y, [1, 8, 8, 8], [3, 3], { padding: 'VALID', stride_h: 2, stride_w: 2 });
    const [op, ...rest] = lowerFor(n.network([conv]), 'u55');
    expect(rest).toEqual([]);
    expect(op!.kernel).toMatchObject({ top: 1, left: 1, bottom: 0, right: 0 });
  });

  it('MIRROR_PAD reads its own rows for the columns', () => {
    const n = new NetworkDraft();
    const x = n.input(IMAGE);
    const amounts = n.parameter([0, 0, 2, 1, 1, 3, 0, 0], [4, 2]);
    const y = n.operator('MIRROR_PAD', [x, amounts], [n.tensor([1, 19, 20, 8])], { mode: 'REFLECT' });
    expect(rows(n.network([y])).map(([, macs]) => macs)).toEqual([128, 256, 2048, 152, 456]);
  });

  it('resizes by doubling, by half-pixel phases, and natively on U85', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 8, 8, 4]);
    const y = n.operator('RESIZE_BILINEAR', [x, n.parameter([64, 64])], [n.tensor([1, 64, 64, 4])], {});
    expect(rows(n.network([y])).map(([, macs]) => macs)).toEqual([1024, 4096, 1048576]);
    expect(rows(n.network([y]), 'u85')).toEqual([['Resize', 0]]);
    const z = n.operator('RESIZE_BILINEAR', [x, n.parameter([16, 16])], [n.tensor([1, 16, 16, 4])], {
      half_pixel_centers: true,
    });
    expect(rows(n.network([z])).map(([, macs]) => macs)).toEqual([
      256, 32, 32, 40, 40, 3600, 3600, 3600, 3600,
    ]);
  });

  it('a transposed convolution', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 8, 8, 4]);
    const inputs = [n.parameter(IMAGE), n.weights([8, 3, 3, 4]), x];
    const y = n.operator('TRANSPOSE_CONV', inputs, [n.tensor(IMAGE)], {
      padding: 'SAME',
      stride_h: 2,
      stride_w: 2,
    });
    const [op] = lowerFor(n.network([y]), 'u55');
    expect(op).toMatchObject({ upscale: 'zeros', kernel: { top: 2, left: 2, bottom: 0, right: 0 } });
    expect(rows(n.network([y]))).toEqual([['Conv2D', 73728]]);
    expect(rows(n.network([y]), 'u85').map(([, macs]) => macs)).toEqual([32768, 15360, 15360, 7200]);
  });

  it('ARG_MAX by a pool on U55, natively on U85', () => {
    const n = new NetworkDraft();
    const x = n.input(IMAGE);
    const y = n.operator('ARG_MAX', [x, n.parameter([3])], [n.tensor([1, 16, 16], { type: 'int32' })]);
    const ops = lowerFor(n.network([y]), 'u55');
    expect(rows(n.network([y]))).toEqual([
      ['DepthwiseConv2D', 2048],
      ['MaxPool', 2048],
      ['LUT', 0],
      ['Add', 0],
    ]);
    expect(ops[2]!.ofms[0]!.shape).toEqual([1, 4, 4, 16]);
    const [native] = lowerFor(n.network([y]), 'u85');
    expect(native!.ifms[0]!.shape).toEqual([1, 256, 8, 1]);
    expect(native!.ofms[0]!.shape).toEqual([1, 256, 1, 1]);
  });

  it('batch 3 is three convolutions and an activation of its own; 1x1 stays one', () => {
    const n = new NetworkDraft();
    const x = n.input([3, 8, 8, 16]);
    const y = n.conv(x, [3, 8, 8, 16], [3, 3], { fused_activation_function: 'RELU' });
    expect(rows(n.network([y]))).toEqual([
      ['Conv2D', 147456],
      ['Conv2D', 147456],
      ['Conv2D', 147456],
      ['Relu', 3072],
    ]);
    expect(lowerFor(n.network([y]), 'u55').at(-1)!.ofms[0]!.shape).toEqual([1, 24, 8, 16]);
    const m = new NetworkDraft();
    const v = m.input([4, 8, 8, 16]);
    const w = m.conv(v, [4, 8, 8, 16], [1, 1], { fused_activation_function: 'RELU' });
    expect(lowerFor(m.network([w]), 'u55')[0]!.ifms[0]!.shape).toEqual([1, 16, 16, 16]);
    expect(rows(m.network([w]))).toEqual([
      ['Conv2D', 65536],
      ['Relu', 0],
    ]);
  });

  it('a residual block; on U85 the addition is chained onto its list neighbour', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 32, 32, 16]);
    const relu = { fused_activation_function: 'RELU' };
    const c1 = n.conv(x, [1, 16, 16, 32], [3, 3], { stride_h: 2, stride_w: 2, ...relu });
    const c2 = n.conv(c1, [1, 16, 16, 32], [3, 3]);
    const sc = n.conv(x, [1, 16, 16, 32], [1, 1], { stride_h: 2, stride_w: 2 });
    const sum = n.operator('ADD', [sc, c2], [n.tensor([1, 16, 16, 32])], relu);
    const network = n.network([sum]);
    expect(rows(network).map(([, macs]) => macs)).toEqual([1179648, 0, 2359296, 131072, 0, 0]);
    expect(groups(lowerFor(network, 'u55'))).toEqual(['Conv2D+Relu', 'Conv2D', 'Conv2D', 'Add+Relu']);
    expect(groups(lowerFor(network, 'u85'))).toEqual(['Conv2D+Relu', 'Conv2D', 'Conv2D+Add+Relu']);
  });

  it('a softmax has 27 groups on U55 and 15 on U85', () => {
    const n = new NetworkDraft();
    const x = n.input([1, 12]);
    const y = n.operator('SOFTMAX', [x], [n.tensor([1, 12])], { beta: 1 });
    const network = n.network([y]);
    expect(rows(network)).toHaveLength(28);
    expect(lowerFor(network, 'u55')).toHaveLength(27);
    expect(groups(lowerFor(network, 'u85'))).toEqual([
      'MaxPool',
      'Sub+LUT',
      'Asr',
      'ReduceSum',
      'CLZ',
      'Sub',
      'Sub+SHL',
      'Mul+Add',
      'Mul+Sub+Mul+Mul',
      'Add',
      'Mul+Sub+Mul+Mul',
      'Add',
      'Mul+Sub+Mul+Mul',
      'Add',
      'Mul+Asr',
    ]);
  });

  it('a convolution in two groups, and its activation alone', () => {
    const n = new NetworkDraft();
    const x = n.input(IMAGE);
    const y = n.operator('CONV_2D', [x, n.weights([16, 3, 3, 4])], [n.tensor([1, 16, 16, 16])], {
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
      fused_activation_function: 'RELU',
    });
    const ops = lowerFor(n.network([y]), 'u55');
    expect(rows(n.network([y]))).toEqual([
      ['Conv2D', 73728],
      ['Conv2D', 73728],
      ['Relu', 4096],
    ]);
    expect(ops[1]!.ofms[0]!.slice).toEqual({ offset: [0, 0, 0, 8], shape: [1, 16, 16, 8] });
    expect(ops[1]!.ifms[0]!.slice).toEqual({ offset: [0, 0, 0, 4], shape: [1, 16, 16, 4] });
  });

  it('a depth multiplier is interleaved by seven transpositions', () => {
    const n = new NetworkDraft();
    const x = n.input(IMAGE);
    const y = n.operator('DEPTHWISE_CONV_2D', [x, n.weights([1, 3, 3, 16])], [n.tensor([1, 16, 16, 16])], {
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
      depth_multiplier: 2,
    });
    const ops = lowerFor(n.network([y]), 'u55');
    expect(ops.map((op) => op.kind)).toEqual([
      'DepthwiseConv2D',
      'DepthwiseConv2D',
      ...new Array<string>(7).fill('Transpose'),
    ]);
    expect(ops.slice(2).map((op) => op.ifms[0]!.shape)).toEqual([
      [1, 2, 16, 128],
      [1, 16, 2, 128],
      [1, 32, 16, 8],
      [1, 2, 128, 16],
      [1, 256, 8, 2],
      [1, 16, 16, 16],
      [1, 256, 2, 8],
    ]);
  });
});
