import { inputError, type ParetouError } from '../errors.js';
import type { Values } from '../run/index.js';
import { choiceList } from '../suggest.js';
import { shapeText } from '../text.js';
import type { Bytes } from './bytes.js';
import { converter, fitsShape, placer } from './fitting.js';
import type { SampleInput } from './inputs.js';
import { readElements, readNpyHeader, type NpyHeader } from './npy.js';

/** Samples of one input, before they are read. */
export interface Source {
  readonly where: string;
  readonly count: number;
  /** Puts the samples into their places; −1 for those that are not wanted. */
  readonly read: (slots: Int32Array, target: Values) => Promise<void>;
}

/** What a path holds. */
export interface Found {
  /** One per input. */
  readonly sources: readonly Source[];
  readonly labels?: {
    readonly where: string;
    readonly values: Int32Array;
    readonly nameOf: (i: number) => string;
  };
}

/** An array of a .npy file, whose header is read. */
export interface OpenArray {
  readonly where: string;
  readonly bytes: Bytes;
  readonly header: NpyHeader;
}

/** Reads the header of an array. */
export const openArray = async (bytes: Bytes, where: string): Promise<OpenArray> => ({
  where,
  bytes,
  header: await readNpyHeader(bytes, where),
});

const sizes = (shape: readonly number[]): string => (shape.length === 0 ? 'of one element' : shape.join('x'));

/** The error that an array does not fit an input. */
export const wrongShape = (
  where: string,
  found: readonly number[],
  expected: string,
  { name }: SampleInput,
): ParetouError =>
  inputError(`${where}: has the shape ${sizes(found)}, expected ${expected} for the input ${name}`);

/** An array with one sample per index of its first axis. */
export function stackSource({ where, bytes, header }: OpenArray, input: SampleInput): Source {
  const { shape, fortran, type } = header;
  const [count, ...sample] = shape;
  if (count === undefined || !fitsShape(sample, input))
    throw wrongShape(where, shape, `samples x ${shapeText(input.shape)}`, input);
  const convert = converter(type, input, where);
  return {
    where,
    count,
    read: (slots, target) =>
      readElements(bytes, header, placer({ shape, fortran, where, convert }, slots, target)),
  };
}

/** The classes that an array with one per sample holds. */
export async function labelsOf({ where, bytes, header }: OpenArray): Promise<NonNullable<Found['labels']>> {
  const [count = 0, ...rest] = header.shape;
  if (header.shape.length === 0 || rest.some((size) => size !== 1))
    throw inputError(`${where}: has the shape ${sizes(header.shape)}, expected one class per sample`);
  const values = new Int32Array(count);
  let at = 0;
  await readElements(bytes, header, (elements) => {
    for (const element of elements) {
      const label = Number(element);
      if (!Number.isInteger(label) || Math.abs(label) >= 2 ** 31)
        throw inputError(`${where}: the label of sample ${at} is ${label}, expected the number of a class`);
      values[at++] = label;
    }
  });
  return { where, values, nameOf: (i) => `sample ${i}` };
}

/** The input of a network with one; an input error for others. */
export const onlyInput = (inputs: readonly SampleInput[], path: string): SampleInput => {
  const [input, ...others] = inputs;
  if (input !== undefined && others.length === 0) return input;
  const names = choiceList(inputs.map(({ name }) => name));
  throw inputError(
    `${path}: the network has ${inputs.length} inputs; pass a .npz file with an array for each: ${names}`,
  );
};
