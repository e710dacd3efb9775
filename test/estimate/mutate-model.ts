import fc from 'fast-check';
import { writeModel, type TfliteModel } from '../../src/tflite/model.js';
import type {
  ModelTable,
  OperatorTable,
  SubGraphTable,
  TableNode,
  TensorTable,
} from '../../src/tflite/nodes.js';

const KINDS = [
  'axis',
  'axis',
  'axisEverywhere',
  'rank',
  'type',
  'quantisation',
  'noQuantisation',
  'buffer',
  'variable',
  'data',
  'data',
  'option',
  'option',
  'input',
  'noInput',
  'lessInputs',
  'operator',
  'output',
] as const;

/** A change of what a file says: what, where (as shares of the choice there is) and with which value. */
interface Change {
  readonly kind: (typeof KINDS)[number];
  readonly at: number;
  readonly part: number;
  readonly value: number;
}

/** Sizes and numbers that formulas are likely to be wrong for. */
const NASTY = [
  -1,
  0,
  1,
  2,
  3,
  7,
  8,
  16,
  17,
  64,
  127,
  128,
  255,
  257,
  1000,
  4096,
  32768,
  65536,
  65537,
  100_000,
  1_000_003,
  99_999_989,
  2 ** 30,
  2 ** 31 - 1,
  -2,
  -128,
  -(2 ** 31),
];

const SCALES = [0, 1e-45, 2 ** -31, 0.5, 1, -1, 2 ** 33, 1e38, Infinity, NaN];

const share = fc.noBias(fc.nat(2 ** 30 - 1)).map((value) => value / 2 ** 30);

/** One to three changes of a model. */
export const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    at: share,
    part: share,
    value: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
      { weight: 1, arbitrary: fc.nat(40) },
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

const indexIn = (list: readonly unknown[], place: number): number => Math.floor(place * list.length);

/** The list with the entry at a share of its length replaced. */
const replaced = <T>(list: readonly T[], place: number, by: (entry: T) => T): T[] => {
  const index = indexIn(list, place);
  return list.map((entry, i) => (i === index ? by(entry) : entry));
};

/** A signature, which would stand in for the shape, gets the same sizes. */
const withShape = (tensor: TensorTable, shape: readonly number[]): TensorTable => ({
  ...tensor,
  shape,
  ...(tensor.shape_signature && { shape_signature: shape }),
});

const changeTensor = (tensor: TensorTable, { kind, part, value }: Change, buffers: number): TensorTable => {
  const { shape = [], quantization, ...rest } = tensor;
  switch (kind) {
    case 'axis':
      return withShape(
        tensor,
        replaced(shape, part, () => value),
      );
    case 'rank':
      return withShape(tensor, value % 2 === 0 ? shape.slice(1) : [1, ...shape]);
    case 'type':
      return { ...tensor, type: Math.abs(value) % 20 };
    case 'quantisation':
      return {
        ...tensor,
        quantization: {
          ...quantization,
          scale: [SCALES[indexIn(SCALES, part)]!],
          zero_point: [BigInt(value)],
        },
      };
    case 'noQuantisation':
      return { ...rest, shape };
    case 'buffer':
      return { ...tensor, buffer: Math.floor(part * buffers) };
    default:
      return { ...tensor, is_variable: tensor.is_variable !== true };
  }
};

const changeOptions = (options: TableNode, { part, value }: Change): TableNode => {
  const names = Object.keys(options);
  const name = names[indexIn(names, part)];
  const old = name === undefined ? undefined : options[name];
  if (name === undefined || (typeof old !== 'number' && typeof old !== 'boolean')) return options;
  if (typeof old === 'boolean') return { ...options, [name]: !old };
  // Members of enumerations are bytes.
  const fits = /padding|activation|type|mode$/.test(name) ? Math.abs(value) % 5 : value;
  return { ...options, [name]: fits };
};

const changeOperator = (
  operator: OperatorTable,
  change: Change,
  tensors: number,
  codes: number,
): OperatorTable => {
  const { kind, part, value } = change;
  const { inputs = [], builtin_options: options } = operator;
  const anyTensor = Math.floor(tensors * ((value & 255) / 256));
  switch (kind) {
    case 'option':
      return options ? { ...operator, builtin_options: changeOptions(options, change) } : operator;
    case 'input':
      return { ...operator, inputs: replaced(inputs, part, () => anyTensor) };
    case 'noInput':
      return { ...operator, inputs: replaced(inputs, part, () => -1) };
    case 'lessInputs':
      return { ...operator, inputs: inputs.slice(0, indexIn(inputs, part)) };
    default:
      return { ...operator, opcode_index: Math.floor(part * codes) };
  }
};

const everywhere = (graph: SubGraphTable, { at, part, value }: Change): SubGraphTable => {
  const { tensors = [] } = graph;
  const shape = tensors[indexIn(tensors, at)]?.shape ?? [];
  const old = shape[indexIn(shape, part)];
  return {
    ...graph,
    tensors: tensors.map((tensor) =>
      withShape(
        tensor,
        (tensor.shape ?? []).map((size) => (size === old ? value : size)),
      ),
    ),
  };
};

const changeGraph = (graph: SubGraphTable, change: Change, root: ModelTable): SubGraphTable => {
  const { tensors = [], operators = [], outputs = [] } = graph;
  switch (change.kind) {
    case 'axisEverywhere':
      return everywhere(graph, change);
    case 'output':
      return { ...graph, outputs: replaced(outputs, change.at, () => indexIn(tensors, change.part)) };
    case 'option':
    case 'input':
    case 'noInput':
    case 'lessInputs':
    case 'operator': {
      const codes = root.operator_codes?.length ?? 0;
      const by = (operator: OperatorTable): OperatorTable =>
        changeOperator(operator, change, tensors.length, codes);
      return { ...graph, operators: replaced(operators, change.at, by) };
    }
    default: {
      const buffers = root.buffers?.length ?? 0;
      return { ...graph, tensors: replaced(tensors, change.at, (t) => changeTensor(t, change, buffers)) };
    }
  }
};

/** Another number in a constant; mostly in one of the small ones, which are parameters. */
const changeData = (root: ModelTable, { at, part, value }: Change): ModelTable => {
  const { buffers = [] } = root;
  const filled = buffers.filter(({ data }) => data !== undefined && data.length >= 4);
  const small = filled.filter(({ data }) => data!.length <= 64);
  const chosen =
    small.length > 0 && value % 8 !== 0 ? small[indexIn(small, at)] : filled[indexIn(filled, at)];
  if (!chosen) return root;
  const data = chosen.data!.slice();
  new DataView(data.buffer).setInt32(4 * Math.floor(part * (data.length >> 2)), value, true);
  return { ...root, buffers: buffers.map((buffer) => (buffer === chosen ? { ...buffer, data } : buffer)) };
};

/** A file that says something else than the model, well formed all the same. */
export const changedFile = (model: TfliteModel, list: readonly Change[]): Uint8Array => {
  let { root } = model;
  for (const change of list) {
    const [graph, ...others] = root.subgraphs ?? [];
    if (change.kind === 'data') root = changeData(root, change);
    else if (graph) root = { ...root, subgraphs: [changeGraph(graph, change, root), ...others] };
  }
  return writeModel({ ...model, root });
};
