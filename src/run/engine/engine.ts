import { assemble, PAGE_BYTES } from '../../wasm.js';
import { productArguments, PRODUCTS, type Product } from './products.js';
import {
  requantisationArguments,
  REQUANTISATIONS,
  type Requantisation,
  type Rounding,
} from './requantisations.js';

const engine = assemble(1, { ...PRODUCTS, ...REQUANTISATIONS });

/** Multiplies rows with eight columns; `multiplyChannels` only with the column's own channel. */
export const multiply = (kind: keyof typeof PRODUCTS, product: Product): void => {
  engine[kind](...productArguments(product));
};

/** Scales sums to bytes. */
export const requantise = (rounding: Rounding, requantisation: Requantisation): void => {
  engine[rounding](...requantisationArguments(requantisation));
};

const ALIGNMENT = 16;

/** Memory of the kernels: as large as was ever needed. Views end with the next call of `layOut`. */
export const memoryBuffer = (): ArrayBuffer => engine.memory.buffer;

/**
 * Addresses of arrays of these sizes in bytes, one after another from the start of the memory; what lay there before is
 * lost.
 */
export const layOut = <const Sizes extends readonly number[]>(
  ...sizes: Sizes
): { -readonly [I in keyof Sizes]: number } => {
  let end = 0;
  const addresses = sizes.map((bytes) => {
    const address = end;
    end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return address;
  });
  const missing = end + ALIGNMENT - engine.memory.buffer.byteLength;
  if (missing > 0) engine.memory.grow(Math.ceil(missing / PAGE_BYTES));
  return addresses as { -readonly [I in keyof Sizes]: number };
};
