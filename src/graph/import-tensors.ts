import { cleanText, shortenMiddle } from '../safe-text.js';
import type { QuantizationTable, TensorTable } from '../tflite/nodes.js';
import { bufferBytes, type TfliteModel } from '../tflite/model.js';
import { modelFault } from './fault.js';
import { elementType } from './import-options.js';
import { ELEMENT_BITS, type Constant, type ElementType, type Quantisation, type Tensor } from './network.js';

/** Longest shape: what TFLite's own limit on axis numbers in a byte allows. */
const MAX_RANK = 255;

/** Most elements of a tensor: far more than any memory holds, few enough that products stay exact. */
const MAX_ELEMENTS = 2 ** 40;

const DYNAMIC = -1;

const NO_BYTES = new Uint8Array(0);

/** Characters of a tensor's name that a message quotes. */
const QUOTED = 60;

const quoted = (name: string): string => `"${shortenMiddle(name, QUOTED)}"`;

type Complain = (reason: string) => Error;

const checkShape = (shape: readonly number[], complain: Complain): void => {
  let elements = 1;
  for (const size of shape) {
    if (size < DYNAMIC) throw complain(`has the axis size ${size}`);
    elements *= Math.max(1, size);
  }
  if (elements > MAX_ELEMENTS) throw complain(`has the shape ${shape.join('×')}, too large for any memory`);
};

/** Files exist whose biases name the axis of their weights, so any axis of the right size will do. */
const checkChannels = ({ scales }: Quantisation, shape: readonly number[], complain: Complain): void => {
  if (shape.includes(scales.length) || shape.includes(DYNAMIC)) return;
  throw complain(`has ${scales.length} scales but no axis of that size in its shape ${shape.join('×')}`);
};

const bytesOf = (elements: number, type: ElementType): number =>
  Math.ceil((elements * ELEMENT_BITS[type]) / 8);

const shapeOf = (
  table: TensorTable,
  type: ElementType,
  data: Uint8Array,
  complain: Complain,
): readonly number[] | undefined => {
  const { shape = [], shape_signature: signature = [] } = table;
  const rank = Math.max(shape.length, signature.length);
  if (rank > MAX_RANK) throw complain(`has ${rank} axes, more than ${MAX_RANK}`);
  if (signature.length > 0) return signature[0] === DYNAMIC ? [1, ...signature.slice(1)] : signature;
  if (shape.length > 0) return shape;
  if (data.length === 0 || ELEMENT_BITS[type] === 0) return undefined;
  return [Math.floor((8 * data.length) / ELEMENT_BITS[type])];
};

/** The bytes of a constant that its shape calls for; shapes and types without a size take all. */
const sized = (
  data: Uint8Array,
  type: ElementType,
  shape: readonly number[] | undefined,
  complain: Complain,
): Uint8Array => {
  if (!shape || shape.includes(DYNAMIC) || ELEMENT_BITS[type] === 0) return data;
  const bytes = bytesOf(
    shape.reduce((a, b) => a * b, 1),
    type,
  );
  if (bytes > data.length)
    throw complain(`has ${data.length} bytes of data where ${type} ${shape.join('×')} needs ${bytes}`);
  return bytes < data.length ? data.subarray(0, bytes) : data;
};

/** Reads the tensors of a model; what several tensors share in the file they share in the network. */
export class TensorImporter {
  private readonly quantisations = new Map<QuantizationTable, Quantisation | undefined>();

  constructor(private readonly model: TfliteModel) {}

  /**
   * One tensor (docs/model/lowering.md#reading-the-file). `computed` says that an operator writes it or that it is
   * an input of its graph, so that it has no constant data.
   */
  tensor(table: TensorTable, index: number, graph: number, computed: boolean): Tensor {
    const name = cleanText(table.name ?? '');
    const complain: Complain = (reason) =>
      modelFault(this.model.file, `tensor ${index} (${quoted(name)}) of subgraph ${graph}`, reason);
    const type = elementType(table.type ?? 0);
    const variable = table.is_variable ?? false;
    const data = this.data(table, complain);
    const shape = shapeOf(table, type, data, complain);
    if (shape) checkShape(shape, complain);
    const quantisation = this.quantisation(table.quantization, complain);
    if (quantisation && quantisation.scales.length > 1 && shape) checkChannels(quantisation, shape, complain);
    const isConstant = data.length > 0 && !computed && !variable;
    const isDense = table.sparsity === undefined;
    const constant: Constant | undefined = isConstant
      ? { bytes: isDense ? sized(data, type, shape, complain) : data }
      : undefined;
    return {
      name,
      type,
      shape,
      variable,
      ...(quantisation && { quantisation }),
      ...(constant && { constant }),
    };
  }

  private data(table: TensorTable, complain: Complain): Uint8Array {
    const index = table.buffer ?? 0;
    const buffer = this.model.root.buffers?.[index];
    if (buffer) return bufferBytes(this.model, buffer);
    if (index === 0) return NO_BYTES;
    throw complain(`uses buffer ${index} of ${this.model.root.buffers?.length ?? 0}`);
  }

  private quantisation(table: QuantizationTable | undefined, complain: Complain): Quantisation | undefined {
    if (!table?.scale?.length || !table.zero_point?.length) return undefined;
    if (!this.quantisations.has(table)) {
      const zeroPoints = table.zero_point.map(Number);
      const odd = zeroPoints.find((value) => !Number.isSafeInteger(value));
      if (odd !== undefined) throw complain(`has the zero point ${odd}`);
      const { scale: scales, quantized_dimension: axis = 0 } = table;
      if (scales.length !== zeroPoints.length)
        throw complain(`has ${scales.length} scales but ${zeroPoints.length} zero points`);
      this.quantisations.set(table, { scales, zeroPoints, axis });
    }
    return this.quantisations.get(table);
  }
}
