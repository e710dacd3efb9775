import type { CostOp } from '../cost/operation.js';
import type { OpKind } from '../lowering/operations.js';
import type { LayerFeatures } from './features.js';
import type { LayerTerms } from './formula.js';
import { BRICK } from './constants.js';

const NEVER_MEASURED: ReadonlySet<OpKind> = new Set<OpKind>(['MatMul', 'Gather', 'Scatter']);

/** Writes of few channels that were measured have no more transactions. */
const MEASURED_WRITES = 64;

/** Why nothing like the layer was measured; undefined if something was (docs/model/fvp.md#extrapolation). */
export function extrapolation(
  op: CostOp,
  { writeTransactions }: LayerFeatures,
  { boundBy }: LayerTerms,
): string | undefined {
  const { kind, kernel, upscale, ifms, ofm } = op;
  if (NEVER_MEASURED.has(kind)) return `${kind} was never measured`;
  if (upscale === 'zeros') return 'transposed convolutions were never measured';
  if (kernel.dilationH * kernel.dilationW > 1) return 'dilated kernels were never measured';
  if (ofm.bits > 8 || ifms.some(({ bits }) => bits > 8)) {
    return 'feature maps of more than 8 bits were never measured';
  }
  if (
    boundBy === 'external_writes' &&
    ofm.format === 'NHWC' &&
    ofm.shape[3] < BRICK &&
    writeTransactions > MEASURED_WRITES
  ) {
    return 'no write of so many pixels with few channels was measured';
  }
  return undefined;
}
