/** ⌈a / b⌉ for non-negative integers. */
export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** a rounded up to a multiple of b. */
export const roundUp = (a: number, b: number): number => Math.ceil(a / b) * b;

/** a rounded down to a multiple of b. */
export const roundDown = (a: number, b: number): number => Math.floor(a / b) * b;

/** n / rate in single precision, truncated: the way transfers are turned into cycles. */
export const transferCycles = (n: number, bytesPerCycle: number): number =>
  Math.trunc(Math.fround(Math.fround(n) / bytesPerCycle));

export const volume = (shape: readonly number[]): number => {
  let product = 1;
  for (const axis of shape) product *= axis;
  return product;
};

/** A product that wraps at 32 bits, sign included: how the reference counts the elements that blocks read. */
export const product32 = (a: number, b: number, c: number, d: number): number =>
  Math.imul(Math.imul(Math.imul(a, b), c), d);
