import type { Operator, Tensor } from '../../../src/graph/network.js';
import { realWeights } from '../../../search/substitute/real-weights.js';
import { local, type Replacement, type Target } from '../../../search/substitute/substitution.js';

/** A feature map of real values, N = 1. */
export interface FeatureMap {
  readonly shape: readonly [number, number, number, number];
  readonly values: Float64Array;
}

/** What a runtime does to the values of a tensor: the nearest that its quantisation can store. */
export const asStored = (values: Float64Array, { type, quantisation }: Tensor): Float64Array => {
  const { scales, zeroPoints } = quantisation!;
  const [low, high] = type === 'uint8' ? [0, 255] : [-128, 127];
  const [scale, zero] = [scales[0]!, zeroPoints[0]!];
  return values.map(
    (value) => (Math.min(high, Math.max(low, Math.round(value / scale) + zero)) - zero) * scale,
  );
};

const biasOf = (bias: Tensor | undefined, input: Tensor, weights: Tensor, channels: number): Float64Array => {
  if (bias === undefined) return new Float64Array(channels);
  const bytes = bias.constant!.bytes!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { scales } = weights.quantisation!;
  return Float64Array.from(
    { length: channels },
    (_, c) => view.getInt32(4 * c, true) * input.quantisation!.scales[0]! * (scales[c] ?? scales[0]!),
  );
};

/** A fully connected layer as the convolution that it is. */
const asConvolution = (
  op: Operator,
  tensors: Parameters<typeof convolve>[2],
): [Operator, Parameters<typeof convolve>[2]] => {
  if (op.kind !== 'FULLY_CONNECTED') return [op, tensors];
  const spread = (tensor: Tensor): Tensor => ({
    ...tensor,
    shape: [tensor.shape![0]!, 1, 1, tensor.shape![1]!],
  });
  const [x, w, b, y] = tensors;
  const once = { stride_h: 1, stride_w: 1, dilation_h_factor: 1, dilation_w_factor: 1, padding: 'VALID' };
  return [{ ...op, options: { ...op.options, ...once } }, [spread(x), spread(w), b, spread(y)]];
};

/** Start of a kernel's windows on an axis: SAME shares the padding, the larger half behind. */
const before = (same: boolean, input: number, output: number, kernel: number, stride: number): number =>
  same ? Math.max(0, (output - 1) * stride + kernel - input) >> 1 : 0;

/** One convolution or depthwise convolution on real values; the tensors are its input, weights, bias and output. */
export const convolve = (
  op: Operator,
  x: FeatureMap,
  [input, weights, bias, output]: [Tensor, Tensor, Tensor | undefined, Tensor],
): FeatureMap => {
  const shape = output.shape! as FeatureMap['shape'];
  const [, oh, ow, oc] = shape;
  const [, ih, iw, ic] = x.shape;
  const depthwise = op.kind === 'DEPTHWISE_CONV_2D';
  const [, kh, kw] = weights.shape! as [number, number, number];
  const w = realWeights(weights)!;
  const o = op.options as Record<string, number>;
  const [sh, sw] = [o['stride_h']!, o['stride_w']!];
  const [dh, dw] = [o['dilation_h_factor']!, o['dilation_w_factor']!];
  const same = op.options['padding'] === 'SAME';
  const top = before(same, ih, oh, (kh - 1) * dh + 1, sh);
  const left = before(same, iw, ow, (kw - 1) * dw + 1, sw);
  const biases = biasOf(bias, input, weights, oc);
  const values = new Float64Array(oh * ow * oc);
  for (let y = 0; y < oh; y++) {
    for (let z = 0; z < ow; z++) {
      for (let c = 0; c < oc; c++) {
        let sum = biases[c]!;
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            const [iy, ix] = [y * sh + ky * dh - top, z * sw + kx * dw - left];
            if (iy < 0 || ix < 0 || iy >= ih || ix >= iw) continue;
            const at = (iy * iw + ix) * ic;
            if (depthwise) {
              sum += x.values[at + Math.floor((c * ic) / oc)]! * w[(ky * kw + kx) * oc + c]!;
            } else {
              const row = ((c * kh + ky) * kw + kx) * ic;
              for (let i = 0; i < ic; i++) sum += x.values[at + i]! * w[row + i]!;
            }
          }
        }
        const relu = op.options['fused_activation_function'] === 'RELU';
        values[(y * ow + z) * oc + c] = relu ? Math.max(0, sum) : sum;
      }
    }
  }
  return { shape, values };
};

const concatenate = (inputs: readonly FeatureMap[], output: Tensor): FeatureMap => {
  const shape = output.shape! as FeatureMap['shape'];
  const values = new Float64Array(shape.reduce((n, d) => n * d, 1));
  const channels = shape[3];
  let from = 0;
  for (const { shape: own, values: part } of inputs) {
    part.forEach((value, i) => (values[Math.floor(i / own[3]) * channels + from + (i % own[3])] = value));
    from += own[3];
  }
  return { shape, values };
};

/** Computes convolutions, depthwise convolutions and concatenations in real numbers on dequantised constants. */
const run = (
  operators: readonly Operator[],
  tensorOf: (t: number) => Tensor | undefined,
  input: readonly [number, FeatureMap],
  stored: boolean,
): FeatureMap => {
  const maps = new Map([input]);
  let last = input[1];
  for (const op of operators) {
    const output = tensorOf(op.outputs[0]!)!;
    if (op.kind === 'CONCATENATION') {
      last = concatenate(
        op.inputs.map((t) => maps.get(t)!),
        output,
      );
    } else {
      const [x, w, b] = op.inputs.map((t) => tensorOf(t));
      const [convolution, tensors] = asConvolution(op, [x!, w!, b, output]);
      const { values } = maps.get(op.inputs[0]!)!;
      last = convolve(convolution, { shape: tensors[0].shape as FeatureMap['shape'], values }, tensors);
    }
    if (stored) last = { ...last, values: asStored(last.values, output) };
    maps.set(op.outputs[0]!, last);
  }
  return last;
};

const tensorsOf = (target: Target, replacement?: Replacement) => {
  const { operator, ifm, ofm, weights, bias } = target;
  const own = new Map<number, Tensor | undefined>([
    [operator.inputs[0]!, ifm],
    [operator.inputs[1]!, weights],
    [operator.inputs[2] ?? -1, bias],
    [operator.outputs[0]!, ofm],
  ]);
  return (t: number): Tensor | undefined => (t < -1 ? replacement!.tensors[local(t)] : own.get(t));
};

/** Output of the convolution; with `stored`, as the output tensor stores it. */
export const runTarget = (target: Target, input: FeatureMap, stored: boolean): Float64Array =>
  run([target.operator], tensorsOf(target), [target.operator.inputs[0]!, input], stored).values;

/** Output of what replaces it; with `stored`, every feature map as its tensor stores it. */
export const runReplacement = (
  target: Target,
  replacement: Replacement,
  input: FeatureMap,
  stored: boolean,
): Float64Array => {
  const tensors = tensorsOf(target, replacement);
  return run(replacement.operators, tensors, [target.operator.inputs[0]!, input], stored).values;
};
