import type { U85Accelerator, U85Class } from '../../npu/u85-tables.js';
import { ceilDiv } from '../integers.js';
import type { CostOp } from '../operation.js';
import type { U85Config } from './block-config.js';
import { isPoolLike } from './op-class.js';

/** Largest part of a kernel, per axis, that the MAC array takes at once; docs/model/cycles-u85.md#cost-classes. */
export const subKernelLimit = (opClass: U85Class): number =>
  opClass === 'vector-product' || opClass === 'matmul' ? 1 : 8;

/** The axes of one OFM block in ublocks. */
export interface BlockUblocks {
  /** H × W. */
  readonly area: number;
  readonly depth: number;
}

/**
 * MAC cycles of one OFM block over the whole IFM depth; docs/model/cycles-u85.md#u85-mac-cycles.
 *
 * @param asDense counts 2:4-sparse weights as if they were dense
 */
export function macCyclesPerBlock(
  op: CostOp,
  opClass: U85Class,
  config: U85Config,
  acc: U85Accelerator,
  { area, depth }: BlockUblocks,
  asDense: boolean,
): number {
  const { kernel } = op;
  const ifm = op.ifms[0]!;
  const bytes = Math.floor(ifm.bits / 8);
  const ifmDepth = Math.min(ifm.shape[3], config.ifmC);
  const octets = ceilDiv(ifmDepth, 8);
  const decode = Math.floor((32 * config.ublock[2]) / (8 * acc.cores));
  const sparsity = config.sparse && !asDense ? 2 : 1;
  const delayStep = config.accumulatorBits === 64 && acc.macsPerCycle <= 128 ? 3 : 2;
  const partKernel = config.traversal === 'part-kernel';
  const poolLike = isPoolLike(opClass);
  const limit = subKernelLimit(opClass);

  let total = 0;
  // A kernel can be as wide as a feature map is deep, so equal sub-kernels are counted rather than visited.
  for (let y = 0, rows = 1; y < kernel.height; y += rows * limit) {
    const sh = Math.min(limit, kernel.height - y);
    rows = Math.max(1, Math.floor((kernel.height - y) / limit));
    for (let x = 0, columns = 1; x < kernel.width; x += columns * limit) {
      const elements = sh * Math.min(limit, kernel.width - x);
      columns = Math.max(1, Math.floor((kernel.width - x) / limit));
      let steps: number;
      let cycles: number;
      if (poolLike) {
        steps = 1;
        cycles = Math.max(4, elements) * area * depth * Math.floor(ifm.bits / 2);
      } else if (opClass === 'depthwise') {
        steps = ceilDiv(elements, 4);
        cycles = Math.max(decode, 4 * area * bytes) * steps * depth;
      } else if (partKernel) {
        steps = ceilDiv(elements, ifm.bits === 16 ? 2 : 4);
        cycles = Math.floor((Math.max(decode, 4 * area) * steps * depth * octets) / sparsity);
      } else {
        steps = elements;
        const perStep = Math.max(decode, Math.floor(ifmDepth / 8) * area);
        cycles = Math.floor((perStep * steps * depth * bytes) / sparsity);
      }
      let delay = 0;
      if (area === 1) {
        if (depth === 1) delay = delayStep * steps;
        else if (steps > 1) delay = delayStep * (steps - 1) * depth;
      }
      total += rows * columns * (cycles + (partKernel ? delay * octets : delay));
    }
  }
  return poolLike || opClass === 'depthwise' ? total : total * ceilDiv(ifm.shape[3], ifmDepth);
}
