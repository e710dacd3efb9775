import { inputError } from '../errors.js';
import type { Network, Quantisation } from '../graph/network.js';
import type { Values } from '../run/index.js';

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

/** Element types of inputs that samples can be read for. */
export type InputType = keyof typeof ARRAYS;

/** An input of a network, as samples have to fit it. */
export interface SampleInput {
  readonly name: string;
  readonly type: InputType;
  readonly shape: readonly number[];
  /** Of one sample. */
  readonly elements: number;
  /** Absent where its elements are not quantised, or not with one scale. */
  readonly scale?: number;
  readonly zeroPoint: number;
}

/** Room for so many elements of an input's type. */
export const roomFor = ({ type }: SampleInput, elements: number): Values => new ARRAYS[type](elements);

/** Bytes of one element of a type. */
export const bytesOfType = (type: InputType): number => ARRAYS[type].BYTES_PER_ELEMENT;

const scaleOf = ({ scales, zeroPoints }: Quantisation): Pick<SampleInput, 'scale' | 'zeroPoint'> =>
  scales.length === 1 ? { scale: scales[0]!, zeroPoint: zeroPoints[0] ?? 0 } : { zeroPoint: 0 };

/**
 * The inputs of a network, in the graph's order.
 * @throws an input error where no samples can be read for one of them
 */
export const sampleInputs = ({
  name: network,
  graphs: [{ tensors, inputs }],
}: Network): readonly SampleInput[] =>
  inputs.map((index, place) => {
    const { name: ownName, type, shape, quantisation } = tensors[index]!;
    const name = ownName === '' ? `number ${place}` : ownName;
    const fail = (why: string): Error =>
      inputError(
        `${network}: its input ${name} ${why}, and samples need a fixed shape and int8, uint8, int16, int32 or float32`,
      );
    if (!(type in ARRAYS)) throw fail(`is of ${type}`);
    if (shape === undefined || shape.some((size) => size < 1)) throw fail('has no fixed shape');
    return {
      name,
      type: type as InputType,
      shape,
      elements: shape.reduce((a, b) => a * b, 1),
      ...(quantisation === undefined ? { zeroPoint: 0 } : scaleOf(quantisation)),
    };
  });
