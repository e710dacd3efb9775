import { inputError } from '../errors.js';
import { elementsOf, stridesOf } from '../graph/shape.js';
import { RANGES, roundAway, type Values } from '../run/index.js';
import type { InputType, SampleInput } from './inputs.js';
import type { ArrayElements, ArrayType } from './npy.js';

const withoutOnes = (shape: readonly number[]): readonly number[] => shape.filter((size) => size !== 1);

/** Axes of size 1 may be missing or added, and all elements may stand in one row; the order is the same then. */
const sameElements = (found: readonly number[], wanted: readonly number[]): boolean => {
  const [a, b] = [withoutOnes(found), withoutOnes(wanted)];
  return a.join() === b.join() || (a.length <= 1 && elementsOf(a) === elementsOf(b));
};

/** Whether the shape of one sample is that of an input. */
export const fitsShape = (found: readonly number[], { shape }: SampleInput): boolean =>
  sameElements(found, shape);

/** Makes an element of an input from one of an array; undefined for one that is no finite number. */
export type Convert = (value: number) => number | undefined;

/** The least and greatest value of whole numbers of a type; nothing for others. */
const LIMITS: Partial<Record<InputType, readonly [number, number]>> = {
  ...RANGES,
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

const finite: Convert = (value) => (Number.isFinite(value) ? value : undefined);

/**
 * How elements of a type become those of an input: those of its own type stay as they are, floating-point numbers are
 * divided by its scale in float32 and rounded, halves away from zero.
 * @throws an input error that names the array where neither is possible
 */
export function converter(type: ArrayType, input: SampleInput, where: string): Convert {
  const { name, scale, zeroPoint } = input;
  const isFloat = type === 'float32' || type === 'float64';
  if (isFloat && input.type === 'float32') return (value) => finite(Math.fround(value));
  if (type === input.type) return (value) => value;
  const limits = LIMITS[input.type];
  if (!isFloat || scale === undefined || limits === undefined) {
    const expected = input.type === 'float32' || scale === undefined ? '' : ' or float32';
    throw inputError(`${where}: holds ${type}, expected ${input.type}${expected} for the input ${name}`);
  }
  const [least, most] = limits;
  return (value) => {
    const real = Math.fround(value);
    if (!Number.isFinite(real)) return undefined;
    const stored = roundAway(Math.fround(real / scale)) + zeroPoint;
    return Math.min(most, Math.max(least, stored));
  };
}

/** An array whose first axis goes over samples, and how it is to be read. */
export interface Stack {
  readonly shape: readonly number[];
  /** The first axis varies fastest. */
  readonly fortran: boolean;
  readonly where: string;
  readonly convert: Convert;
}

/** Positions of a sample's elements in row-major order, in the order in which Fortran stores them. */
function fortranPositions(shape: readonly number[]): Int32Array {
  const strides = stridesOf(shape);
  const index = shape.map(() => 0);
  const positions = new Int32Array(elementsOf(shape));
  let position = 0;
  for (let i = 0; i < positions.length; i++) {
    positions[i] = position;
    for (let axis = 0; axis < shape.length; axis++) {
      position += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      position -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return positions;
}

/**
 * Takes the elements of an array, block by block, and puts those of the wanted samples in their places.
 * @param slots place of each sample, −1 for those that are not wanted
 * @returns a function that takes the next block and throws an input error for an element that is no number
 */
export function placer(
  { shape: [count = 1, ...shape], fortran, where, convert }: Stack,
  slots: Int32Array,
  target: Values,
): (elements: ArrayElements) => void {
  const size = elementsOf(shape);
  const positions = fortran ? fortranPositions(shape) : undefined;
  let [sample, element] = [0, 0];
  const put = (value: number): void => {
    const slot = slots[sample]!;
    if (slot < 0) return;
    const stored = convert(value);
    if (stored === undefined) {
      throw inputError(`${where}: sample ${sample} holds ${value}, expected finite numbers`);
    }
    target[slot * size + (positions === undefined ? element : positions[element]!)] = stored;
  };
  return (elements) => {
    for (const value of elements) {
      put(Number(value));
      if (positions === undefined) {
        if (++element === size) [sample, element] = [sample + 1, 0];
      } else if (++sample === count) [sample, element] = [0, element + 1];
    }
  };
}
