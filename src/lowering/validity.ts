import { inputError } from '../errors.js';
import type { Graph, Network, Operator, Quantisation, Tensor } from '../graph/network.js';
import { flagOption, numberOption } from './read.js';
import { broadcast, elements, padTo, sameShape } from './shape.js';
import type { Shape } from './shape.js';
import { integerValues } from './values.js';

/** An operator with its tensors at hand; what is broken is told as a sentence. */
interface Subject {
  readonly op: Operator;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly ifm: Tensor;
  readonly ifm2: Tensor | undefined;
  readonly ofm: Tensor;
}

/** What is wrong, or undefined. */
type Rule = (s: Subject) => string | undefined;

const INTEGER = /^u?int\d+$/;
const shapeOf = (tensor: Tensor | undefined): Shape => tensor?.shape ?? [];
const isDynamic = (shape: Shape): boolean => shape.includes(-1);

const sameTypes: Rule = ({ ifm, ofm }) =>
  ifm.type === ofm.type ? undefined : `its output is ${ofm.type} but its input ${ifm.type}`;

const elementwiseShapes: Rule = ({ ifm, ifm2, ofm }) => {
  const out = shapeOf(ofm);
  const a = shapeOf(ifm);
  const b = shapeOf(ifm2);
  const rank = Math.max(4, a.length, b.length, out.length);
  const ofm4 = padTo(out, rank);
  if (sameShape(padTo(a, rank), ofm4)) return undefined;
  if (ifm2 !== undefined && sameShape(padTo(b, rank), ofm4)) return undefined;
  const [a4, b4] = [padTo(a, rank), padTo(b, rank)];
  const compatible = ifm2 !== undefined && a4.every((n, i) => n === b4[i] || n === 1 || b4[i] === 1);
  if (compatible && sameShape(broadcast(a4, b4), ofm4)) return undefined;
  return 'its input shapes do not broadcast to its output shape';
};

const arithmeticTypes: Rule = ({ ifm, ifm2, ofm }) => {
  if (ifm2 !== undefined && ifm.type !== ifm2.type) return 'its inputs have different types';
  if (!INTEGER.test(ifm.type) || !INTEGER.test(ofm.type)) return undefined;
  if (ifm.type.startsWith('int')) {
    return ofm.type.startsWith('int') ? undefined : 'signed inputs have an unsigned output';
  }
  return ofm.type === ifm.type || ofm.type === 'int32'
    ? undefined
    : 'its output type does not fit its inputs';
};

const reshapes: Rule = ({ ifm, ofm }) => {
  const a = ifm.quantisation?.scales[0];
  const b = ofm.quantisation?.scales[0];
  if (a !== undefined && b !== undefined && a !== b) return 'a reshape cannot change the scale';
  const [x, y] = [shapeOf(ifm), shapeOf(ofm)];
  if (isDynamic(x) || isDynamic(y) || ifm.shape === undefined || ofm.shape === undefined) return undefined;
  return elements(x) === elements(y) ? undefined : 'its input and output have different numbers of elements';
};

const concatenation: Rule = ({ op, inputs, ofm }) => {
  const out = shapeOf(ofm);
  const axis = numberOption(op, 'axis');
  if (axis < -out.length || axis > out.length) return 'its axis is outside its output';
  const at = axis < 0 ? axis + out.length : axis;
  let total = 0;
  for (const tensor of inputs) {
    if (tensor === undefined) continue;
    const shape = shapeOf(tensor);
    if (shape.length !== out.length) return 'its inputs have another rank than its output';
    if (shape.some((n, i) => i !== at && n !== out[i])) return 'its inputs do not fit its output';
    total += shape[at] ?? 0;
  }
  return out[at] === undefined || out[at] === -1 || total === out[at]
    ? undefined
    : 'its inputs do not add up to its output';
};

const convolution: Rule = ({ ifm, inputs }) => {
  const weights = shapeOf(inputs[1]);
  const depth = weights.at(-1) ?? 0;
  const ifmDepth = shapeOf(ifm).at(-1) ?? 0;
  if (depth <= 0 || ifmDepth % depth !== 0) {
    return `its input depth ${ifmDepth} is not a multiple of its filter depth ${depth}`;
  }
  return (weights[0] ?? 0) % (ifmDepth / depth) === 0
    ? undefined
    : 'its number of filters is not a multiple of its number of groups';
};

const softmax: Rule = ({ op, ifm, ofm }) => {
  if (!sameShape(shapeOf(ifm), shapeOf(ofm))) return 'its input and output have different shapes';
  if (ifm.type !== ofm.type && !(ifm.type === 'int8' && ofm.type === 'int16')) {
    return `its output is ${ofm.type} but its input ${ifm.type}`;
  }
  return numberOption(op, 'beta') >= 0 ? undefined : 'its beta is negative';
};

const split: Rule = ({ op, inputs }) => {
  const shape = shapeOf(inputs[1]);
  const axis = integerValues(inputs[0]?.constant, inputs[0]?.type ?? 'int32')?.[0];
  if (axis === undefined) return undefined;
  if (axis <= -shape.length || axis > shape.length) return 'its axis is outside its input';
  const size = shape[axis < 0 ? axis + shape.length : axis] ?? 0;
  const parts = numberOption(op, 'num_splits');
  return parts > 0 && size % parts === 0
    ? undefined
    : `an axis of ${size} cannot be split into ${parts} parts`;
};

const splitV: Rule = ({ inputs }) => {
  const sizes = integerValues(inputs[1]?.constant, inputs[1]?.type ?? 'int32') ?? [];
  return sizes.filter((n) => n === -1).length > 1 ? 'more than one of its sizes is left open' : undefined;
};

const pad: Rule = ({ op, ifm, inputs, ofm }) => {
  if (op.inputs.length !== 2) return 'it must have two inputs';
  const amounts = integerValues(inputs[1]?.constant, inputs[1]?.type ?? 'int32');
  const [a, b] = [shapeOf(ifm), shapeOf(ofm)];
  if (amounts === undefined || isDynamic(b)) return undefined;
  const fits = a.every((n, i) => n + (amounts[2 * i] ?? 0) + (amounts[2 * i + 1] ?? 0) === b[i]);
  return fits ? undefined : 'its output is not its input plus the padding';
};

const byteInput: Rule = ({ ifm }) =>
  ifm.type === 'int8' || ifm.type === 'uint8'
    ? undefined
    : `its input is ${ifm.type} instead of int8 or uint8`;

const lstm: Rule = ({ op, ifm, ofm }) => {
  if (ifm.type !== 'int8' && ifm.type !== 'int16') return `its input is ${ifm.type} instead of int8 or int16`;
  if (shapeOf(ifm).length !== 3 || shapeOf(ofm).length !== 3) return 'its input and output must have 3 axes';
  if (op.inputs.length !== 24) return `it has ${op.inputs.length} inputs instead of 24`;
  return op.intermediates.length === 5 ? undefined : 'it must have 5 intermediate tensors';
};

const all =
  (...rules: readonly Rule[]): Rule =>
  (s) => {
    for (const rule of rules) {
      const broken = rule(s);
      if (broken !== undefined) return broken;
    }
    return undefined;
  };

/** Rules per operator; breaking one makes the whole file invalid (docs/model/lowering.md#invalid-files). */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['CONV_2D', convolution],
  [
    'DEPTHWISE_CONV_2D',
    ({ op, ifm, ofm }) =>
      (shapeOf(ofm).at(-1) ?? 0) === (shapeOf(ifm).at(-1) ?? 0) * numberOption(op, 'depth_multiplier')
        ? undefined
        : 'its output depth is not its input depth times the depth multiplier',
  ],
  ['AVERAGE_POOL_2D', sameTypes],
  ['MAX_POOL_2D', sameTypes],
  ['CONCATENATION', concatenation],
  ['MINIMUM', all(elementwiseShapes, sameTypes)],
  ['MAXIMUM', all(elementwiseShapes, sameTypes)],
  ['ADD', all(elementwiseShapes, arithmeticTypes)],
  ['MUL', all(elementwiseShapes, arithmeticTypes)],
  ['SUB', all(elementwiseShapes, arithmeticTypes)],
  ['ABS', all(elementwiseShapes, sameTypes)],
  ['EXP', all(elementwiseShapes, sameTypes)],
  ['LEAKY_RELU', all(elementwiseShapes, sameTypes)],
  ['RSQRT', all(elementwiseShapes, sameTypes)],
  ['SQUARED_DIFFERENCE', elementwiseShapes],
  ['RESHAPE', reshapes],
  ['SQUEEZE', reshapes],
  ['EXPAND_DIMS', reshapes],
  ['SOFTMAX', softmax],
  ['SPLIT', split],
  ['SPLIT_V', splitV],
  ['STRIDED_SLICE', ({ op }) => (op.inputs.length === 4 ? undefined : 'it must have four inputs')],
  [
    'FULLY_CONNECTED',
    ({ op, ifm, ofm }) =>
      !flagOption(op, 'keep_num_dims') || shapeOf(ifm).length === shapeOf(ofm).length
        ? undefined
        : 'it keeps the number of axes but its output has another one',
  ],
  ['PAD', pad],
  ['HARD_SWISH', all(byteInput, sameTypes)],
  [
    'ARG_MAX',
    all(byteInput, ({ ofm }) =>
      ofm.type === 'int32' || ofm.type === 'int64' ? undefined : 'its output must be int32 or int64',
    ),
  ],
  ['UNIDIRECTIONAL_SEQUENCE_LSTM', all(lstm, sameTypes)],
  [
    'GATHER',
    all(sameTypes, ({ ifm2 }) =>
      ifm2 === undefined || ['int16', 'int32', 'int64'].includes(ifm2.type)
        ? undefined
        : 'its indices must be int16, int32 or int64',
    ),
  ],
  [
    'TRANSPOSE',
    ({ ifm, inputs }) => {
      const permutation = inputs[1];
      if (permutation === undefined) return undefined;
      if (permutation.type !== 'int32' && permutation.type !== 'uint32')
        return 'its permutation must be int32';
      return elements(shapeOf(permutation)) === shapeOf(ifm).length
        ? undefined
        : 'its permutation has not one entry per axis';
    },
  ],
]);

const FINITE = new WeakSet<Quantisation>();

function hasFiniteScales(quantisation: Quantisation): boolean {
  if (quantisation.scales.length <= 4) return quantisation.scales.every(Number.isFinite);
  if (FINITE.has(quantisation)) return true;
  if (!quantisation.scales.every(Number.isFinite)) return false;
  FINITE.add(quantisation);
  return true;
}

/** First of the operator's inputs that is its IFM. */
function ifmPosition(kind: string): number {
  return kind === 'SPLIT' ? 1 : kind === 'TRANSPOSE_CONV' ? 2 : 0;
}

function brokenRule(graph: Graph, op: Operator): string | undefined {
  const ifm = graph.tensors[op.inputs[ifmPosition(op.kind)] ?? -1];
  const ofm = graph.tensors[op.outputs[0] ?? -1];
  if (ifm === undefined || ofm === undefined) return undefined;
  const from = ifm.quantisation?.scales[0];
  const to = ofm.quantisation?.scales[0];
  if (from !== undefined && to !== undefined && !Number.isFinite(Math.fround(from / to))) {
    return 'its input scale divided by its output scale is not finite';
  }
  const rule = RULES.get(op.kind);
  if (rule === undefined) return undefined;
  const inputs = op.inputs.map((index) => graph.tensors[index]);
  return rule({ op, inputs, ifm, ifm2: inputs[1], ofm });
}

/**
 * Refuses a network that the compiler would refuse to read (docs/model/lowering.md#invalid-files): an input error whose
 * sentence says which operator or tensor breaks which rule.
 */
export function checkValidity(network: Network, file: string): void {
  for (const graph of network.graphs) {
    for (const tensor of graph.tensors) {
      if (tensor.quantisation !== undefined && !hasFiniteScales(tensor.quantisation)) {
        throw inputError(
          `${file}: will not compile because tensor "${tensor.name}" has a scale that is not finite; quantise it again`,
        );
      }
    }
    for (const op of graph.operators) {
      const broken = brokenRule(graph, op);
      if (broken !== undefined) {
        const name = graph.tensors[op.outputs[0] ?? -1]?.name ?? '';
        throw inputError(
          `${file}: will not compile because operator ${op.origin} (${op.kind}, output "${name}") is not valid: ` +
            `${broken}; correct the file`,
        );
      }
    }
  }
}
