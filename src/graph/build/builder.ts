import { makeOperatorCode, type TfliteModel } from '../../tflite/model.js';
import type {
  BufferTable,
  FieldValue,
  OperatorCodeTable,
  OperatorTable,
  TableNode,
  TensorTable,
} from '../../tflite/nodes.js';
import { ENUMS, optionsOf, type FieldSchema } from '../../tflite/schema.js';
import { elementTypeCode } from '../import-options.js';
import type { ElementType, OptionValue, Quantisation } from '../network.js';

/** A tensor of a network that is being built. */
export interface BuiltTensor {
  readonly index: number;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly quantisation?: Quantisation;
  /** Root mean square of the real values that the builder expects, from which it chooses scales. */
  readonly rms: number;
}

/** What a new tensor is, but for its index. */
export interface TensorSpecification {
  readonly name: string;
  readonly type?: ElementType;
  readonly shape: readonly number[];
  readonly quantisation?: Quantisation;
  readonly rms?: number;
  /** Little-endian values of a constant. */
  readonly data?: Uint8Array;
  readonly variable?: boolean;
}

/** An operator to add. */
export interface OperatorSpecification {
  /** Builtin operator name of the schema. */
  readonly kind: string;
  /** undefined for an absent optional input. */
  readonly inputs: readonly (BuiltTensor | undefined)[];
  readonly outputs: readonly BuiltTensor[];
  /** By schema names, enumerations as names; the rest keeps the schema's defaults. */
  readonly options?: Readonly<Record<string, OptionValue>>;
  /** Version of the operator; by default the first that takes int8. */
  readonly version?: number;
}

/** Collects the parts of a network; `layers.ts` has the functions that add whole layers. */
export interface NetworkBuilder {
  readonly seed: number;
  /** Number of tensors so far, which is the index of the next one. */
  readonly tensorCount: () => number;
  readonly tensor: (specification: TensorSpecification) => BuiltTensor;
  readonly input: (specification: TensorSpecification) => BuiltTensor;
  readonly operator: (specification: OperatorSpecification) => void;
  /** The finished model with these outputs. */
  readonly model: (outputs: readonly BuiltTensor[]) => TfliteModel;
}

/** First version of each operator that takes int8 tensors, where it is not 1. */
const INT8_VERSIONS: Readonly<Record<string, number>> = {
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  FULLY_CONNECTED: 4,
  TRANSPOSE_CONV: 2,
  AVERAGE_POOL_2D: 2,
  MAX_POOL_2D: 2,
  ADD: 2,
  SUB: 2,
  MUL: 2,
  CONCATENATION: 2,
  SOFTMAX: 2,
  LOGISTIC: 2,
  TANH: 2,
  RELU: 2,
  RELU6: 2,
  MEAN: 2,
  PAD: 2,
  LEAKY_RELU: 2,
  MAXIMUM: 2,
  MINIMUM: 2,
  TRANSPOSE: 2,
  STRIDED_SLICE: 2,
  SPLIT: 2,
  RESIZE_BILINEAR: 2,
  RESIZE_NEAREST_NEIGHBOR: 2,
};

const SCHEMA_VERSION = 3;

const optionField = (schema: FieldSchema, value: OptionValue): FieldValue => {
  if (schema.kind !== 'scalar' || schema.enumeration === undefined || typeof value !== 'string') return value;
  const code =
    schema.enumeration === 'TensorType'
      ? elementTypeCode(value as ElementType)
      : ENUMS.get(schema.enumeration)?.members.indexOf(value);
  if (code === undefined || code < 0) throw new RangeError(`${schema.name} cannot be ${value}`);
  return code;
};

/** The fields of an operator that hold its options, defaults left out as converters do. */
const optionFields = (
  kind: string,
  options: Readonly<Record<string, OptionValue>>,
): Partial<OperatorTable> => {
  const place = optionsOf(kind);
  if (!place) {
    if (Object.keys(options).length > 0) throw new RangeError(`${kind} has no options`);
    return {};
  }
  const node: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(options)) {
    const schema = place.table.fields.find((field) => field.name === name);
    if (!schema) throw new RangeError(`${kind} has no option ${name}`);
    const field = optionField(schema, value);
    if (schema.kind !== 'scalar' || field !== schema.default) node[name] = field;
  }
  const table: TableNode = node;
  return place.field === 'builtin_options'
    ? { builtin_options_type: place.type, builtin_options: table }
    : { builtin_options_2_type: place.type, builtin_options_2: table };
};

const quantizationTable = ({ scales, zeroPoints, axis }: Quantisation): TableNode => ({
  scale: scales,
  zero_point: zeroPoints.map(BigInt),
  ...(axis !== 0 && { quantized_dimension: axis }),
});

/**
 * Starts a network of one graph that becomes a valid TFLite model.
 *
 * @param seed - of the random weights; each tensor has a stream of its own
 */
export const networkBuilder = (seed: number, description: string): NetworkBuilder => {
  const tensors: TensorTable[] = [];
  const buffers: BufferTable[] = [{}];
  const operators: OperatorTable[] = [];
  const codes: OperatorCodeTable[] = [];
  const inputs: number[] = [];

  const tensor = (specification: TensorSpecification): BuiltTensor => {
    const { name, type = 'int8', shape, quantisation, rms = 1, data, variable } = specification;
    const index = tensors.length;
    tensors.push({
      shape,
      type: elementTypeCode(type) ?? 0,
      ...(data && { buffer: buffers.push({ data }) - 1 }),
      name,
      ...(quantisation && { quantization: quantizationTable(quantisation) }),
      ...(variable && { is_variable: true }),
    });
    return { index, name, type, shape, ...(quantisation && { quantisation }), rms };
  };

  const opcode = (kind: string, version: number): number => {
    const code = makeOperatorCode(kind, version);
    const same = codes.findIndex((c) => c.builtin_code === code.builtin_code && c.version === version);
    return same >= 0 ? same : codes.push(code) - 1;
  };

  return {
    seed,
    tensorCount: () => tensors.length,
    tensor,
    input: (specification) => {
      const built = tensor(specification);
      inputs.push(built.index);
      return built;
    },
    operator: ({ kind, inputs: read, outputs, options = {}, version = INT8_VERSIONS[kind] ?? 1 }) => {
      operators.push({
        opcode_index: opcode(kind, version),
        inputs: read.map((t) => t?.index ?? -1),
        outputs: outputs.map((t) => t.index),
        ...optionFields(kind, options),
      });
    },
    model: (outputs) => ({
      root: {
        version: SCHEMA_VERSION,
        operator_codes: [...codes],
        subgraphs: [
          {
            tensors: [...tensors],
            inputs: [...inputs],
            outputs: outputs.map((t) => t.index),
            operators: [...operators],
            name: 'main',
          },
        ],
        description,
        buffers: [...buffers],
      },
      source: new Uint8Array(0),
      file: description,
    }),
  };
};
