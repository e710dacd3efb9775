/**
 * A TFLite file as plain objects: one object per table, its fields under their schema names. A field that the file
 * leaves out is missing from the object, so that absent, default and empty stay three different things. Everything
 * is read-only: to change a model, make new objects that share what stays.
 */

/** A field that the schema does not know; see `unknown.ts` for how its content is carried. */
export interface UnknownField {
  readonly id: number;
  /** `inline`: `bytes` are the value; `reference`: it leads to `target` in the original file; `unclear`: either. */
  readonly kind: 'inline' | 'reference' | 'unclear';
  /** The field's place in its table, padding included. */
  readonly bytes: Uint8Array;
  /** Alignment of that place in bytes. */
  readonly align: number;
  /** Position in the original file, for references. */
  readonly target: number;
}

/** What a field can hold. Byte vectors are views of the file, never copies; 64-bit integers are bigints. */
export type FieldValue =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | readonly number[]
  | readonly bigint[]
  | readonly boolean[]
  | TableNode
  | readonly TableNode[]
  | readonly UnknownField[];

/** Any table. */
export interface TableNode {
  readonly [field: string]: FieldValue | undefined;
}

type Extensible = {
  /** Fields with ids that the schema does not have. */
  readonly unknownFields?: readonly UnknownField[];
};

/** The root: the whole file. */
export type ModelTable = Extensible & {
  readonly version?: number;
  readonly operator_codes?: readonly OperatorCodeTable[];
  readonly subgraphs?: readonly SubGraphTable[];
  readonly description?: string;
  readonly buffers?: readonly BufferTable[];
  readonly metadata_buffer?: readonly number[];
  readonly metadata?: readonly MetadataTable[];
  readonly signature_defs?: readonly SignatureDefTable[];
};

/** Which operator the operators with this index are; see `builtinCode`. */
export type OperatorCodeTable = Extensible & {
  readonly deprecated_builtin_code?: number;
  readonly custom_code?: string;
  readonly version?: number;
  readonly builtin_code?: number;
};

/** Data of tensors or metadata; see `bufferBytes`. */
export type BufferTable = Extensible & {
  readonly data?: Uint8Array;
  readonly offset?: bigint;
  readonly size?: bigint;
};

/** A named buffer. */
export type MetadataTable = Extensible & { readonly name?: string; readonly buffer?: number };

/** A name of a tensor in a signature. */
export type TensorMapTable = Extensible & { readonly name?: string; readonly tensor_index?: number };

/** A named way to call a subgraph. */
export type SignatureDefTable = Extensible & {
  readonly inputs?: readonly TensorMapTable[];
  readonly outputs?: readonly TensorMapTable[];
  readonly signature_key?: string;
  readonly deprecated_tag?: string;
  readonly subgraph_index?: number;
};

/** One graph: tensors, and operators in execution order. */
export type SubGraphTable = Extensible & {
  readonly tensors?: readonly TensorTable[];
  readonly inputs?: readonly number[];
  readonly outputs?: readonly number[];
  readonly operators?: readonly OperatorTable[];
  readonly name?: string;
  readonly debug_metadata_index?: number;
};

/** A tensor; `type` is an index into the enumeration `TensorType`. */
export type TensorTable = Extensible & {
  readonly shape?: readonly number[];
  readonly type?: number;
  readonly buffer?: number;
  readonly name?: string;
  readonly quantization?: QuantizationTable;
  readonly is_variable?: boolean;
  readonly sparsity?: TableNode;
  readonly shape_signature?: readonly number[];
  readonly has_rank?: boolean;
  readonly variant_tensors?: readonly TableNode[];
};

/** Affine quantisation of a tensor, per tensor or per index of `quantized_dimension`. */
export type QuantizationTable = Extensible & {
  readonly min?: readonly number[];
  readonly max?: readonly number[];
  readonly scale?: readonly number[];
  readonly zero_point?: readonly bigint[];
  readonly details_type?: number;
  readonly details?: TableNode;
  readonly quantized_dimension?: number;
};

/** An operator; inputs and outputs are tensor indices, −1 for an absent optional input. */
export type OperatorTable = Extensible & {
  readonly opcode_index?: number;
  readonly inputs?: readonly number[];
  readonly outputs?: readonly number[];
  readonly builtin_options_type?: number;
  readonly builtin_options?: TableNode;
  readonly custom_options?: Uint8Array;
  readonly custom_options_format?: number;
  readonly mutating_variable_inputs?: readonly boolean[];
  readonly intermediates?: readonly number[];
  readonly large_custom_options_offset?: bigint;
  readonly large_custom_options_size?: bigint;
  readonly builtin_options_2_type?: number;
  readonly builtin_options_2?: TableNode;
  readonly debug_metadata_index?: number;
};
