import { makeOperatorCode, type TfliteModel } from '../../tflite/model.js';
import type { BufferTable, OperatorCodeTable, OperatorTable, TensorTable } from '../../tflite/nodes.js';
import { exportOptions } from '../export-options.js';
import { quantizationTable } from '../export-tensors.js';
import { elementTypeCode } from '../import-options.js';
import type { ElementType, OptionValue, Quantisation } from '../network.js';
import { INT8_VERSIONS } from '../operator-versions.js';

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

const SCHEMA_VERSION = 3;

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
        ...exportOptions(kind, options),
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
