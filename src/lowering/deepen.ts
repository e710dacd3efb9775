import type { Shape4 } from './operations.js';
import { ACTIVATIONS, ELEMENTWISE } from './kinds.js';
import { ROLE } from './ir.js';
import type { Op } from './ir.js';
import { elements, sameShape } from './shape.js';

function primeFactors(count: number): number[] {
  const factors: number[] = [];
  let rest = count;
  while (rest % 2 === 0 && rest > 0) {
    factors.push(2);
    rest /= 2;
  }
  const limit = Math.floor(Math.sqrt(rest));
  for (let divisor = 3; divisor <= limit; divisor += 2) {
    while (rest % divisor === 0) {
      factors.push(divisor);
      rest /= divisor;
    }
  }
  if (rest !== 1) factors.push(rest);
  return factors;
}

const DEEPENED = new Map<number, Shape4>();

/** The shape with a depth of 16 or more in which `count` elements are seen (docs/model/lowering.md#deepening). */
export function deepened(count: number): Shape4 {
  const known = DEEPENED.get(count);
  if (known !== undefined) return known;
  let depth = 1;
  let height = 1;
  let width = 1;
  for (const factor of primeFactors(count)) {
    if (depth < 16) depth *= factor;
    else if (width < height) width *= factor;
    else height *= factor;
  }
  const shape: Shape4 = [1, Math.max(height, width), Math.min(height, width), depth];
  DEEPENED.set(count, shape);
  return shape;
}

const canDeepen = (op: Op): boolean =>
  ELEMENTWISE.has(op.kind) || ACTIVATIONS.has(op.kind) || op.kind === 'Quantize' || op.kind === 'MemoryCopy';

/**
 * Views an operation without spatial meaning in a deeper shape, where its result is shallow
 * (docs/model/lowering.md#deepening).
 */
export function increaseDepth(op: Op): void {
  const ofm = op.outputs[0];
  if (ofm === undefined) return;
  const depth = ofm.shape[ofm.shape.length - 1] ?? 1;
  if (depth >= 8 || !canDeepen(op)) return;
  const count = elements(ofm.shape);
  if (count <= 16 || ofm.slice !== undefined || ofm.step !== undefined) return;
  if (ofm.quant !== undefined && ofm.quant.scales.length > 1) return;
  const maps = op.inputs.filter((view) => view.role < ROLE.weights);
  const [ifm, ifm2] = maps;
  if (ifm === undefined) return;
  for (const view of maps) if (view.slice !== undefined || view.step !== undefined) return;
  const a = elements(ifm.shape);
  if (ifm2 !== undefined && a !== 1 && elements(ifm2.shape) !== 1 && !sameShape(ifm.shape, ifm2.shape))
    return;
  const shape = deepened(count);
  ofm.shape = shape;
  for (const view of maps) if (elements(view.shape) !== 1) view.shape = shape;
}
