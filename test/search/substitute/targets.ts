import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Quantisation, Tensor } from '../../../src/graph/network.js';
import { int32Bytes } from '../../../search/substitute/requantise.js';
import { realWeights } from '../../../search/substitute/real-weights.js';
import { local, type Replacement, type Target } from '../../../search/substitute/substitution.js';
import { runReplacement, runTarget, type FeatureMap } from './run-float.js';

/** Numbers in [0, 1) that a seed determines. */
export const randomNumbers = (seed: number): (() => number) => {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
};

export interface ConvolutionShape {
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: 'SAME' | 'VALID';
  readonly activation: 'NONE' | 'RELU';
  readonly type: 'int8' | 'uint8';
  /** Zero point of the input, above the lowest value of the type: 0 after a ReLU. */
  readonly inputZero: number;
  readonly biased: boolean;
  /** One scale for all int8 weights. */
  readonly perTensor?: boolean;
}

export const USUAL: ConvolutionShape = {
  height: 9,
  width: 8,
  inputs: 5,
  outputs: 12,
  kernel: [3, 3],
  stride: [1, 1],
  dilation: [1, 1],
  padding: 'SAME',
  activation: 'NONE',
  type: 'int8',
  inputZero: 0,
  biased: true,
};

/** Weights by [output, kernel row, kernel column, input], whole numbers within ±120. */
export type Levels = (o: number, y: number, x: number, i: number) => number;

const output = (length: number, kernel: number, stride: number, dilation: number, padding: string): number =>
  padding === 'SAME'
    ? Math.ceil(length / stride)
    : Math.floor((length - (kernel - 1) * dilation - 1) / stride) + 1;

const sizeOf = (s: ConvolutionShape): [number, number] => [
  output(s.height, s.kernel[0], s.stride[0], s.dilation[0], s.padding),
  output(s.width, s.kernel[1], s.stride[1], s.dilation[1], s.padding),
];

/** Input values that the input tensor can store. */
export const randomInput = (target: Target, seed: number): FeatureMap => {
  const next = randomNumbers(seed);
  const { shape, quantisation, type } = target.ifm;
  const low = type === 'uint8' ? 0 : -128;
  const { scales, zeroPoints } = quantisation!;
  const values = Float64Array.from(
    { length: shape!.reduce((n, d) => n * d, 1) },
    () => scales[0]! * (low + Math.floor(256 * next()) - zeroPoints[0]!),
  );
  return { shape: shape as FeatureMap['shape'], values };
};

/** A convolution with given weights; its output's quantisation fits what a random input gives. */
export const targetOf = (s: ConvolutionShape, levels: Levels, seed = 1): Target => {
  const next = randomNumbers(seed);
  const [kh, kw] = s.kernel;
  const signed = s.type === 'int8';
  const lowest = signed ? -128 : 0;
  const bytes = new Uint8Array(s.outputs * kh * kw * s.inputs);
  let at = 0;
  for (let o = 0; o < s.outputs; o++) {
    for (let y = 0; y < kh; y++) {
      for (let x = 0; x < kw; x++) {
        for (let i = 0; i < s.inputs; i++) bytes[at++] = levels(o, y, x, i) + (signed ? 0 : 128);
      }
    }
  }
  const scales = Array.from({ length: signed && s.perTensor !== true ? s.outputs : 1 }, () =>
    Math.fround(0.002 + 0.01 * next()),
  );
  const weights: Tensor = {
    name: 'w',
    type: s.type,
    shape: [s.outputs, kh, kw, s.inputs],
    quantisation: { scales, zeroPoints: scales.map(() => (signed ? 0 : 128)), axis: 0 },
    constant: { bytes },
    variable: false,
  };
  const inputScale = Math.fround(0.03);
  const map = (name: string, shape: number[], quantisation: Quantisation): Tensor => ({
    name,
    type: s.type,
    shape,
    quantisation,
    variable: false,
  });
  const inputQuantisation = { scales: [inputScale], zeroPoints: [lowest + s.inputZero], axis: 0 };
  const ifm = map('x', [1, s.height, s.width, s.inputs], inputQuantisation);
  const biases = Array.from({ length: s.outputs }, () => Math.round(2000 * (next() - 0.5)));
  const bias: Tensor = {
    name: 'b',
    type: 'int32',
    shape: [s.outputs],
    quantisation: {
      scales: scales.map((w) => Math.fround(w * inputScale)),
      zeroPoints: scales.map(() => 0),
      axis: 0,
    },
    constant: { bytes: int32Bytes(biases) },
    variable: false,
  };
  const target: Target = {
    operator: {
      kind: 'CONV_2D',
      inputs: [0, 1, s.biased ? 2 : -1],
      outputs: [3],
      intermediates: [],
      options: {
        padding: s.padding,
        stride_h: s.stride[0],
        stride_w: s.stride[1],
        dilation_h_factor: s.dilation[0],
        dilation_w_factor: s.dilation[1],
        fused_activation_function: s.activation,
      },
      origin: 7,
    },
    ifm,
    ofm: map('y', [1, ...sizeOf(s), s.outputs], inputQuantisation),
    weights,
    bias: s.biased ? bias : undefined,
  };
  const values = runTarget(target, randomInput(target, seed), false);
  const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
  const relu = s.activation === 'RELU';
  const ofmQuantisation = {
    scales: [Math.fround((2 * largest) / (relu ? 255 : 126))],
    zeroPoints: [relu ? lowest : lowest + 128],
    axis: 0,
  };
  return { ...target, ofm: { ...target.ofm, quantisation: ofmQuantisation } };
};

/** A fully connected layer. */
export const fullyConnected = (
  s: Pick<ConvolutionShape, 'inputs' | 'outputs'> & Partial<ConvolutionShape>,
  levels: Levels,
): Target => {
  const target = targetOf({ ...USUAL, ...s, height: 1, width: 1, kernel: [1, 1], padding: 'VALID' }, levels);
  const flat = (tensor: Tensor): Tensor => ({ ...tensor, shape: [tensor.shape![0]!, tensor.shape!.at(-1)!] });
  const { ifm, ofm, weights, operator } = target;
  return {
    ...target,
    operator: {
      ...operator,
      kind: 'FULLY_CONNECTED',
      options: {
        fused_activation_function: operator.options['fused_activation_function'] ?? 'NONE',
        weights_format: 'DEFAULT',
        keep_num_dims: false,
        asymmetric_quantize_inputs: false,
      },
    },
    ifm: flat(ifm),
    ofm: flat(ofm),
    weights: flat(weights),
  };
};

/** Whole numbers within ±limit, by index. */
export const randomLevels = (seed: number, limit: number): ((...index: number[]) => number) => {
  const known = new Map<string, number>();
  const next = randomNumbers(seed);
  return (...index) => {
    const key = index.join();
    const value = known.get(key) ?? Math.round((2 * next() - 1) * limit);
    known.set(key, value);
    return value;
  };
};

/** Root mean square difference as a share of the second's root mean square about its mean. */
export const relativeError = (a: Float64Array, b: Float64Array): number => {
  const mean = b.reduce((sum, v) => sum + v, 0) / b.length;
  let [difference, spread] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    spread += (b[i]! - mean) ** 2;
  }
  return Math.sqrt(difference / spread);
};

/** Convolutions of many forms. */
export const convolutions: fc.Arbitrary<ConvolutionShape> = fc
  .record({
    height: fc.integer({ min: 5, max: 9 }),
    width: fc.integer({ min: 5, max: 9 }),
    inputs: fc.integer({ min: 1, max: 6 }),
    outputs: fc.integer({ min: 4, max: 10 }),
    kernel: fc.constantFrom([3, 3] as const, [2, 3] as const, [5, 2] as const, [1, 4] as const),
    stride: fc.constantFrom([1, 1] as const, [2, 2] as const, [1, 2] as const),
    dilated: fc.boolean(),
    padding: fc.constantFrom('SAME' as const, 'VALID' as const),
    activation: fc.constantFrom('NONE' as const, 'RELU' as const),
    type: fc.constantFrom('int8' as const, 'int8' as const, 'uint8' as const),
    inputZero: fc.constantFrom(0, 0, 77, 128, 255),
    biased: fc.boolean(),
  })
  .map(({ dilated, ...shape }) => {
    const dilation =
      dilated && shape.kernel[0] === 3 && shape.stride[0] === 1 ? ([2, 1] as const) : ([1, 1] as const);
    return { ...shape, dilation };
  });

/** Relative difference between what a convolution and its replacement compute. */
export const outputError = (target: Target, replacement: Replacement, stored: boolean): number => {
  const input = randomInput(target, 3);
  return relativeError(runReplacement(target, replacement, input, stored), runTarget(target, input, stored));
};

export const tensorNamed = (replacement: Replacement, name: string): Tensor =>
  replacement.tensors.find((t) => t.name === name)!;

/** Most by which rounding the intermediate and the output can change an output, if neither saturates. */
export const roundingBound = (target: Target, replacement: Replacement): number => {
  const last = replacement.operators.at(-1)!;
  const step = (t: Tensor): number => t.quantisation!.scales[0]!;
  const weights = replacement.tensors[local(last.inputs[1]!)]!;
  const real = realWeights(weights)!;
  const length = real.length / weights.shape![0]!;
  let largest = 0;
  for (let from = 0; from < real.length; from += length) {
    largest = Math.max(
      largest,
      real.subarray(from, from + length).reduce((sum, w) => sum + Math.abs(w), 0),
    );
  }
  const intermediate = replacement.tensors[local(last.inputs[0]!)]!;
  return 1.0001 * ((largest * step(intermediate)) / 2 + step(target.ofm) / 2);
};

/** A tensor with the form of its quantisation instead of the quantisation and without its bytes. */
export const withoutValues = ({ quantisation, constant, ...rest }: Tensor): object => ({
  ...rest,
  constant: constant !== undefined,
  scales: quantisation?.scales.length,
  zeroPoints: quantisation?.zeroPoints.length,
  axis: quantisation?.axis,
});
