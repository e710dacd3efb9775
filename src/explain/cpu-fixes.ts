import { withoutTensor } from '../lowering/placement/reason.js';

/** What to change so that an operator runs on the NPU. */
interface Fix {
  /** TFLite operators that it is for; any where absent. */
  readonly operators?: RegExp;
  /** Of the reason that keeps them on the CPU, without the tensor that it is about. */
  readonly reason: RegExp;
  readonly fix: string;
}

const QUANTISE = 'quantise it to int8 (full integer quantisation)';
const FIXED = 'convert with a fixed batch and fixed sizes instead of dynamic ones';
const RELATIVES = 'a HARD_SWISH, LOGISTIC, TANH or RELU6 in its place';

/** The first row that fits counts. */
const FIXES: readonly Fix[] = [
  {
    operators: /^(QUANTIZE|DEQUANTIZE)$/,
    reason: /float|any Ethos-U/,
    fix: 'int8 throughout, inputs and outputs too: then nothing is converted',
  },
  { reason: /(float|int4|int2).* not supported$/, fix: QUANTISE },
  { reason: /not quantised$/, fix: QUANTISE },
  { reason: /without a fixed size$|without a shape$/, fix: FIXED },
  { operators: /^SHAPE$/, reason: /./, fix: FIXED },
  {
    operators: /^(SPACE_TO_BATCH_ND|BATCH_TO_SPACE_ND)$/,
    reason: /any Ethos-U/,
    fix: 'a dilated convolution in place of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND; with fixed sizes the converter makes one',
  },
  {
    reason: /^(32|64)-bit feature maps/,
    fix: 'int8 for feature maps; shapes that the network works out vanish with fixed sizes',
  },
  {
    operators: /^TRANSPOSE$/,
    reason:
      /permutation is not supported|larger than 65536|more than 4 axes|axis is too large|depth is above/,
    fix: 'keep feature maps in NHWC order: then nothing is transposed; shuffle channels on 4 axes (1, height x width, groups, channels)',
  },
  {
    operators: /^GATHER$/,
    reason: /first after the batch axes|Ethos-U55/,
    fix: 'a fixed choice of channels as slices and a CONCATENATION, or as a 1x1 convolution',
  },
  {
    operators: /^RESIZE_BILINEAR$/,
    reason: /a power of two up to 2$/,
    fix: 'half_pixel_centers off, and a factor of 2, 4 or 8; with it only a factor of 2 runs on the NPU',
  },
  {
    operators: /^RESIZE_/,
    reason: /exclude each other/,
    fix: 'align_corners or half_pixel_centers off',
  },
  {
    operators: /^RESIZE_/,
    reason: /factor/,
    fix: 'enlarge height and width by the same factor of 2, 4 or 8',
  },
  {
    operators: /^TRANSPOSE_CONV$/,
    reason: /^stride/,
    fix: 'a stride of 2, or RESIZE_NEAREST_NEIGHBOR and a convolution',
  },
  {
    reason: /^stride .* is larger than/,
    fix: 'a stride of at most 3, for example in two layers, or a pooling first',
  },
  {
    reason: /^a kernel of .* is too large/,
    fix: 'the long side of the kernel on the width, 1xN instead of Nx1 (height at most 256), or a MEAN',
  },
  { reason: /with padding is larger than 8x8/, fix: 'padding VALID, or a kernel of at most 8x8' },
  {
    reason: /^a product of two computed tensors/,
    fix: 'int8 for both inputs of the product',
  },
  {
    operators: /^ARG_MAX$/,
    reason: /last axis|larger than/,
    fix: 'over the channels, of which there may be 127; or leave it to the application',
  },
  {
    operators: /^MEAN$/,
    reason: /depth|axis of|too large|batch/,
    fix: 'a MEAN over height and width only, or one after another over smaller parts',
  },
  { reason: /not constant$/, fix: 'constants for them, which a fixed batch and fixed sizes give' },
  { reason: /different quantisation$/, fix: 'the same scale and zero point for its inputs and its output' },
  { reason: /^zero point/, fix: 'a zero point of 0 (symmetric quantisation) for 16 and 32 bits' },
  {
    reason: /is for weights only$/,
    fix: 'one scale for each feature map; only weights may have one per channel',
  },
  { operators: /^STRIDED_SLICE$/, reason: /negative step/, fix: 'steps of 1 or more' },
  {
    operators: /^SVDF$/,
    reason: /./,
    fix: 'a FULLY_CONNECTED per frame and a DEPTHWISE_CONV_2D over the frames in its place',
  },
  {
    operators: /^SPACE_TO_DEPTH$/,
    reason: /./,
    fix: 'a convolution whose kernel is as large as its stride in its place',
  },
  {
    operators: /^DEPTH_TO_SPACE$/,
    reason: /./,
    fix: 'a TRANSPOSE_CONV with stride 2 or a resize and a convolution in its place',
  },
  { operators: /^(GELU|ELU|SIGN|SIN|COS)$/, reason: /any Ethos-U/, fix: RELATIVES },
  { reason: /^not supported on Ethos-U55/, fix: 'an Ethos-U85, which has it' },
];

/** What would bring an operator to the NPU, where there is something to say. */
export const cpuFix = (operator: string, reason: string): string | undefined =>
  FIXES.find((row) => row.operators?.test(operator) !== false && row.reason.test(withoutTensor(reason)))?.fix;
