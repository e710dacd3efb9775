import type { Quant } from './ir.js';

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Scale lists and zero-point lists are equal (docs/model/lowering.md#scales); nothing equals nothing. */
export function sameQuant(a: Quant | undefined, b: Quant | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return (
    (a.unit ?? false) === (b.unit ?? false) &&
    sameNumbers(a.scales, b.scales) &&
    sameNumbers(a.zeroPoints, b.zeroPoints)
  );
}

/** No scale, or the one that changes nothing. */
export const isUnit = (quant: Quant | undefined): boolean =>
  quant === undefined || quant.unit === true || quant.scales.length === 0;

/** All zero points are 0. */
export const isSymmetric = (quant: Quant | undefined): boolean =>
  quant === undefined || quant.zeroPoints.every((zeroPoint) => zeroPoint === 0);
