import { ELEMENT_BITS } from '../../graph/network.js';
import { input, ROLE } from '../ir.js';
import type { Op } from '../ir.js';
import { permutationName, padPermutation } from '../permutation.js';
import { elements, padTo } from '../shape.js';
import { integerValues } from '../values.js';
import type { PlacementRules } from '../families/rules.js';

const UNSUPPORTED = 'this permutation is not supported';

function permutes32(shape: readonly number[], name: string): string | undefined {
  if (shape.length > 4) return 'a 32-bit transposition of more than 4 axes is not supported';
  const [n, h, w, c] = shape as [number, number, number, number];
  switch (name) {
    case 'NHWC':
      return c <= 2 ** 15 ? undefined : 'the depth is above 32768';
    case 'NWHC':
      return n === 1 && h <= 2 ** 16 && w <= 2 ** 16 && c <= 2 ** 14 ? undefined : 'an axis is too large';
    case 'NHCW':
      return n * h <= 2 ** 16 && w <= 2 ** 16 && c <= 2 ** 16 ? undefined : 'an axis is too large';
    default:
      return UNSUPPORTED;
  }
}

function permutesNarrow(shape: readonly number[], name: string | undefined): string | undefined {
  if (name === 'NHWC') return undefined;
  const large = 'an axis is larger than 65536';
  const last = shape.slice(-3);
  if (name !== undefined && elements(shape.slice(0, -3)) === 1) {
    return last.every((size) => size <= 2 ** 16) ? undefined : large;
  }
  const total = elements(shape);
  for (let i = 0; i < shape.length; i++) {
    for (let j = i + 1; j < shape.length; j++) {
      if (total / (shape[i]! * shape[j]!) > 2 ** 16) return large;
    }
  }
  return undefined;
}

/** Why a TRANSPOSE runs on the CPU (docs/model/lowering.md#transpose-limits). */
export function transposeReason(op: Op, family: PlacementRules): string | undefined {
  const view = input(op, ROLE.parameter);
  const axes = view === undefined ? undefined : integerValues(view.tensor.constant, view.tensor.type);
  if (axes === undefined) return 'its permutation is not constant';
  if (axes.length > 8) return 'it has more than 8 axes';
  if (!family.limitedTranspose) return undefined;
  const ifm = input(op, ROLE.ifm)!;
  const shape = padTo(ifm.shape, 4);
  const rank = ifm.shape.length;
  const name = permutationName(
    padPermutation(
      axes.map((a) => (a < 0 ? a + rank : a)),
      shape.length,
    ),
  );
  return ELEMENT_BITS[ifm.tensor.type] === 32 ? permutes32(shape, name ?? '') : permutesNarrow(shape, name);
}
