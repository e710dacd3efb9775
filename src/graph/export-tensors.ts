import { inputError } from '../errors.js';
import type { QuantizationTable, TensorTable } from '../tflite/nodes.js';
import { elementTypeCode } from './import-options.js';
import type { Constant, Quantisation, Tensor } from './network.js';

const DYNAMIC = -1;

const sameList = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean =>
  a === b || (a?.length === b?.length && a?.every((x, i) => x === b![i]) === true);

const sameQuantisation = (a: Quantisation | undefined, b: Quantisation | undefined): boolean =>
  a === b ||
  (a?.axis === b?.axis && sameList(a?.scales, b?.scales) && sameList(a?.zeroPoints, b?.zeroPoints));

/** Whether two constants have the same bytes; constants of unknown bytes equal only themselves. */
export const sameConstant = (a: Constant | undefined, b: Constant | undefined): boolean => {
  if (a === b) return true;
  const [x, y] = [a?.bytes, b?.bytes];
  if (x === undefined || y === undefined || x.byteLength !== y.byteLength) return false;
  if (x.buffer === y.buffer && x.byteOffset === y.byteOffset) return true;
  return Buffer.compare(x, y) === 0;
};

/** Whether two tensors are the same in all that a network says of them. */
export const sameTensor = (a: Tensor, b: Tensor): boolean =>
  a === b ||
  (a.name === b.name &&
    a.type === b.type &&
    a.variable === b.variable &&
    sameList(a.shape, b.shape) &&
    sameQuantisation(a.quantisation, b.quantisation) &&
    sameConstant(a.constant, b.constant));

/** Quantisation as a table of the file. */
export const quantizationTable = ({ scales, zeroPoints, axis }: Quantisation): QuantizationTable => ({
  scale: scales,
  zero_point: zeroPoints.map(BigInt),
  ...(axis !== 0 && { quantized_dimension: axis }),
});

/** Shape and signature; the batch stays dynamic where it is in `like`. */
const shapeFields = (shape: readonly number[], like: TensorTable | undefined): Partial<TensorTable> => {
  const signature = like?.shape_signature ?? [];
  const dynamicBatch = signature[0] === DYNAMIC && shape.length === signature.length;
  const fixed = shape.map((size) => (size === DYNAMIC ? 1 : size));
  const batch = like?.shape?.[0];
  return {
    shape: dynamicBatch && batch !== undefined ? [batch, ...fixed.slice(1)] : fixed,
    ...(dynamicBatch
      ? { shape_signature: [DYNAMIC, ...shape.slice(1)] }
      : (signature.length > 0 || shape.includes(DYNAMIC)) && { shape_signature: shape }),
  };
};

/**
 * The bytes of a constant.
 *
 * @throws ParetouError of kind `input` if they are not known
 */
export const knownBytes = (tensor: Tensor, constant: Constant, file: string): Uint8Array => {
  if (constant.bytes !== undefined) return constant.bytes;
  throw inputError(
    `${file}: the design cannot be written, since the values of "${tensor.name}" are not known; ` +
      `choose one whose new layers have weights`,
  );
};

/**
 * The table of a new tensor, without its buffer.
 *
 * @param like the table of a feature map with the same batch axis; undefined for constants
 */
export const newTensorTable = (tensor: Tensor, like: TensorTable | undefined): TensorTable => {
  const type = elementTypeCode(tensor.type);
  if (type === undefined) throw new RangeError(`${tensor.name} has no type that a file can hold`);
  return {
    ...(tensor.shape && shapeFields(tensor.shape, like)),
    type,
    name: tensor.name,
    ...(tensor.quantisation && { quantization: quantizationTable(tensor.quantisation) }),
    ...(tensor.variable && { is_variable: true }),
    ...(like?.has_rank !== undefined && { has_rank: like.has_rank }),
  };
};

/** Whether a tensor is another state of the one that a table describes, rather than a new one in its place. */
export const continues = (after: Tensor, before: Tensor): boolean =>
  after.name === before.name &&
  after.type === before.type &&
  after.variable === before.variable &&
  (after.constant === undefined) === (before.constant === undefined);

/** `table`, which describes `before`, made to describe `after`; all that does not differ is kept. */
export const patchTensorTable = (table: TensorTable, before: Tensor, after: Tensor): TensorTable => {
  const { sparsity, quantization, ...rest } = table;
  const isDense = sparsity === undefined || !sameConstant(before.constant, after.constant);
  const quantisation = sameQuantisation(before.quantisation, after.quantisation)
    ? quantization
    : after.quantisation && quantizationTable(after.quantisation);
  return {
    ...rest,
    ...(after.shape && !sameList(after.shape, before.shape) && shapeFields(after.shape, table)),
    ...(quantisation && { quantization: quantisation }),
    ...(!isDense && { sparsity }),
  };
};

/**
 * Quantisation that every runtime takes: files exist whose biases name the axis of their weights, and runtimes other
 * than those for microcontrollers refuse an axis that a tensor does not have. Names the axis with as many entries.
 */
export const withOwnAxis = (table: TensorTable): TensorTable => {
  const { shape = [], quantization } = table;
  const { scale = [], quantized_dimension: axis = 0 } = quantization ?? {};
  if (scale.length <= 1 || axis < shape.length) return table;
  const own = shape.indexOf(scale.length);
  return own < 0 ? table : { ...table, quantization: { ...quantization, quantized_dimension: own } };
};
