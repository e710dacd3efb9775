import type {
  Constant,
  ElementType,
  Graph,
  Network,
  Operator,
  OptionValue,
  Quantisation,
  Tensor,
} from '../../src/graph/network.js';

const EVERYDAY: Quantisation = { scales: [0.05], zeroPoints: [0], axis: 0 };

/** Little-endian bytes of 32-bit integers. */
export const int32 = (values: readonly number[]): Constant => ({
  bytes: new Uint8Array(Int32Array.from(values).buffer),
});

interface TensorFacts {
  readonly type?: ElementType;
  readonly scale?: number;
  readonly zeroPoint?: number;
  readonly name?: string;
  readonly variable?: boolean;
}

/** Collects tensors and operators; every method returns the index of what it makes. */
export class NetworkDraft {
  readonly tensors: Tensor[] = [];
  readonly operators: Operator[] = [];
  readonly inputs: number[] = [];

  tensor(shape: readonly number[] | undefined, facts: TensorFacts = {}): number {
    const { type = 'int8', scale, zeroPoint = 0, name, variable = false } = facts;
    const quantisation =
      scale === undefined ? EVERYDAY : { ...EVERYDAY, scales: [scale], zeroPoints: [zeroPoint] };
    this.tensors.push({
      name: name ?? `t${this.tensors.length}`,
      type,
      shape,
      quantisation,
      variable,
    });
    return this.tensors.length - 1;
  }

  input(shape: readonly number[], facts: TensorFacts = {}): number {
    const index = this.tensor(shape, facts);
    this.inputs.push(index);
    return index;
  }

  constant(shape: readonly number[], type: ElementType, constant: Constant): number {
    const name = `c${this.tensors.length}`;
    this.tensors.push({ name, type, shape, quantisation: EVERYDAY, constant, variable: false });
    return this.tensors.length - 1;
  }

  /** int8 weights; `bytes` false leaves their values open. */
  weights(shape: readonly number[], bytes = true): number {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Uint8Array.from({ length: count }, (_, i) => (i * 37 + this.tensors.length) % 101);
    return this.constant(shape, 'int8', bytes ? { bytes: values } : {});
  }

  parameter(values: readonly number[], shape: readonly number[] = [values.length]): number {
    return this.constant(shape, 'int32', int32(values));
  }

  operator(
    kind: string,
    inputs: readonly number[],
    outputs: readonly number[],
    options: Readonly<Record<string, OptionValue>> = {},
  ): number {
    const origin = this.operators.length;
    this.operators.push({ kind, inputs, outputs, intermediates: [], options, origin });
    return outputs[0]!;
  }

  /** CONV_2D from `from` to a new tensor. */
  conv(
    from: number,
    ofm: readonly number[],
    kernel: readonly [number, number],
    options: Readonly<Record<string, OptionValue>> = {},
    facts: TensorFacts = {},
  ): number {
    const depth = this.tensors[from]!.shape!.at(-1)!;
    const weights = this.weights([ofm.at(-1)!, ...kernel, depth]);
    return this.operator('CONV_2D', [from, weights], [this.tensor(ofm, facts)], {
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
      ...options,
    });
  }

  network(outputs: readonly number[]): Network {
    const { tensors, operators, inputs } = this;
    const graph: Graph = { name: 'main', tensors, operators, inputs, outputs };
    return { name: 'draft', graphs: [graph] };
  }
}
