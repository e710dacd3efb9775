import { inputError } from '../errors.js';
import { ELEMENT_BITS, type Network, type Quantisation } from '../graph/network.js';
import { elementsOf } from '../graph/shape.js';

/** Element types of inputs that samples can be read for. */
const TYPES = ['int8', 'uint8', 'int16', 'int32', 'float32'] as const;

export type InputType = (typeof TYPES)[number];

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

/** Bytes of one sample. */
export const sampleBytes = ({ type, elements }: SampleInput): number => (elements * ELEMENT_BITS[type]) / 8;

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
    const { name: ownName, type: found, shape, quantisation } = tensors[index]!;
    const name = ownName === '' ? `number ${place}` : ownName;
    const fail = (why: string): Error =>
      inputError(
        `${network}: its input ${name} ${why}, and samples need a fixed shape and int8, uint8, int16, int32 or float32`,
      );
    const type = TYPES.find((one) => one === found);
    if (type === undefined) throw fail(`is of ${found}`);
    if (shape === undefined || shape.some((size) => size < 1)) throw fail('has no fixed shape');
    return {
      name,
      type,
      shape,
      elements: elementsOf(shape),
      ...(quantisation === undefined ? { zeroPoint: 0 } : scaleOf(quantisation)),
    };
  });
