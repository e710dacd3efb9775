import type { BlockConfig } from '../cost/model.js';
import type { CostOp } from '../cost/operation.js';
import type { OpKind } from '../lowering/operations.js';

/** Kinds that pass through the array four times as fast as the estimate has it, besides the poolings. */
const QUICK: ReadonlySet<OpKind> = new Set<OpKind>(['MemoryCopy', 'Quantize', 'ReduceMax', 'ReduceMin']);

export const isPool = (kind: OpKind): boolean => kind.includes('Pool');

/** Elements of the kernel are estimated in fours, but go in fives. */
function partKernel(elements: number): number {
  const rest = elements % 5;
  const taken = elements - rest + (rest === 0 ? 0 : Math.max(rest, 2));
  return taken / (4 * Math.ceil(elements / 4));
}

/** Channels of the IFM in steps of `granule`, by blocks of `block`. */
const depth = (channels: number, block: number, granule: number, step: number): number =>
  (granule * Math.ceil(channels / granule)) / (step * Math.ceil(channels / block));

/**
 * What the MAC cycles of an Ethos-U85 are to be multiplied by; docs/model/fvp.md#mac-cycles.
 *
 * @param sparse its weights are encoded as 2:4-sparse, which the estimate takes to be twice as fast
 */
export function macCorrection({ kind, kernel, ifms }: CostOp, config: BlockConfig, sparse: boolean): number {
  if (isPool(kind) || QUICK.has(kind)) return 0.25;
  const elements = kernel.height * kernel.width;
  if (kind === 'DepthwiseConv2D') return elements / (4 * Math.ceil(elements / 4));
  const dense = sparse ? 2 : 1;
  const channels = ifms[0]!.shape[3];
  const block = Math.min(channels, Math.max(config.ifmC, 1));
  if (config.traversal === 'part-kernel') {
    return partKernel(elements) * depth(channels, block, 8, 8 * Math.ceil(block / 8)) * dense;
  }
  if (kind === 'Conv2D' || kind === 'FullyConnected') {
    return depth(channels, block, 16, Math.max(8, 8 * Math.floor(block / 8))) * dense;
  }
  return 1;
}
