import { inputError } from '../errors.js';
import type { Operator, OptionValue, Tensor } from '../graph/network.js';
import { elementsOf } from '../graph/shape.js';
import { roundAway } from './multiplier.js';
import { isHeld, RANGES, valuesOf, type HeldType, type QuantisedType, type Values } from './values.js';

/** One operator ready to run: everything that depends on shapes and constants was prepared once. */
export type Kernel = (inputs: readonly (Values | undefined)[], samples: number) => Values[];

/** A tensor that an operator reads or writes, with what kernels need of it. */
export interface Operand {
  readonly tensor: Tensor;
  readonly type: HeldType;
  /** Open axes are 1. */
  readonly shape: readonly number[];
  readonly elements: number;
  /** Values of a constant. */
  readonly constant?: Values;
}

/** Scale and zero point of a tensor with one of each. */
export interface Scale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** What `prepareOperator` hands to the preparation of a kind. */
export interface Site {
  readonly operator: Operator;
  readonly inputCount: number;
  readonly outputCount: number;
  /** An input; an error if it is absent or of a type that cannot be held. */
  readonly input: (position: number) => Operand;
  /** The same for an input whose values a kernel is given for every sample, even if they are constant. */
  readonly feature: (position: number) => Operand;
  /** Features asked for so far. */
  readonly features: ReadonlyMap<number, Operand>;
  readonly output: (position: number) => Operand;
  readonly isPresent: (position: number) => boolean;
  readonly option: (name: string) => OptionValue | undefined;
  readonly number: (name: string) => number;
  /** The error that the operator cannot be run, since `reason`. */
  readonly fault: (reason: string) => Error;
}

const shapeOf = (tensor: Tensor): readonly number[] => (tensor.shape ?? []).map((size) => Math.abs(size));

/** What an operator is prepared from. */
export const siteOf = (operator: Operator, tensors: readonly Tensor[], index: number): Site => {
  const { kind, customCode, inputs, outputs, options } = operator;
  const name = customCode === undefined ? kind : `${kind} ${customCode}`;
  const fault = (reason: string): Error =>
    inputError(`operator ${index} (${name}) cannot be run, since ${reason}`);
  const operand = (indices: readonly number[], position: number, role: string): Operand => {
    const tensor = tensors[indices[position] ?? -1];
    if (tensor === undefined) throw fault(`it has no ${role} ${position}`);
    const { type, constant } = tensor;
    if (!isHeld(type)) throw fault(`its ${role} ${position} is ${type}`);
    if (constant !== undefined && constant.bytes === undefined)
      throw fault(`the values of its ${role} ${position} are not known`);
    const shape = shapeOf(tensor);
    const elements = elementsOf(shape);
    const values = constant?.bytes && valuesOf(type, constant.bytes);
    if (values !== undefined && values.length !== elements)
      throw fault(`its ${role} ${position} has ${values.length} values of ${elements}`);
    return { tensor, type, shape, elements, ...(values && { constant: values }) };
  };
  const features = new Map<number, Operand>();
  return {
    operator,
    inputCount: inputs.length,
    outputCount: outputs.length,
    input: (position) => operand(inputs, position, 'input'),
    feature: (position) => {
      const found = features.get(position) ?? operand(inputs, position, 'input');
      features.set(position, found);
      return found;
    },
    features,
    output: (position) => operand(outputs, position, 'output'),
    isPresent: (position) => (inputs[position] ?? -1) >= 0,
    option: (option) => options[option],
    number: (option) => Number(options[option] ?? 0),
    fault,
  };
};

/** Scale and zero point of a quantised tensor; an error for one without, or with several. */
export const scaleOf = (site: Site, { tensor }: Operand): Scale => {
  const scales = tensor.quantisation?.scales;
  if (scales?.length !== 1) throw site.fault(`"${tensor.name}" has ${scales?.length ?? 0} scales`);
  return { scale: scales[0]!, zeroPoint: tensor.quantisation?.zeroPoints[0] ?? 0 };
};

export const sameScale = (a: Scale, b: Scale): boolean => a.scale === b.scale && a.zeroPoint === b.zeroPoint;

/** An error unless an operand is of one of these types. */
export const requireType = <T extends HeldType>(
  site: Site,
  { tensor, type }: Operand,
  types: readonly T[],
): T => {
  const found = types.find((one) => one === type);
  if (found === undefined)
    throw site.fault(`"${tensor.name}" is ${type} where only ${types.join(', ')} can be run`);
  return found;
};

export const BYTES = ['int8', 'uint8'] as const;

/** Input and output of an operator on 8-bit values. */
export interface ByteMaps {
  readonly input: Operand;
  readonly output: Operand;
  readonly type: (typeof BYTES)[number];
}

/** The first input and the output; an error unless both are of the same 8-bit type. */
export const byteMaps = (site: Site): ByteMaps => {
  const [input, output] = [site.feature(0), site.output(0)];
  const type = requireType(site, output, BYTES);
  requireType(site, input, [type]);
  return { input, output, type };
};

/** Values of a constant input. */
export const constantOf = (site: Site, position: number): Values => {
  const { constant, tensor } = site.input(position);
  if (constant === undefined) throw site.fault(`"${tensor.name}" is not constant`);
  return constant;
};

/** Integers of a constant input. */
export const integersOf = (site: Site, position: number): number[] => Array.from(constantOf(site, position));

/** Least and greatest stored value that a type and an activation leave. */
export const activationRange = (
  site: Site,
  type: QuantisedType,
  { scale, zeroPoint }: Scale,
  activation: OptionValue | undefined = site.option('fused_activation_function'),
): readonly [least: number, greatest: number] => {
  const [least, greatest] = RANGES[type];
  const quantised = (real: number): number => zeroPoint + roundAway(Math.fround(real / scale));
  const from = (real: number): number => Math.max(least, quantised(real));
  const to = (real: number): number => Math.min(greatest, quantised(real));
  switch (activation ?? 'NONE') {
    case 'NONE':
      return [least, greatest];
    case 'RELU':
      return [from(0), greatest];
    case 'RELU6':
      return [from(0), to(6)];
    case 'RELU_N1_TO_1':
      return [from(-1), to(1)];
    case 'RELU_0_TO_1':
      return [from(0), to(1)];
    default:
      throw site.fault(`its activation is ${String(activation)}`);
  }
};
