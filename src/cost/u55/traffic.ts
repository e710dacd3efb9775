import type { U55Accelerator } from '../../npu/u55-tables.js';
import type { Memory } from '../../npu/system.js';
import { ceilDiv, product32, roundUp, volume } from '../integers.js';
import { CHANNEL } from '../channels.js';
import type { Elements, Extent, FeatureMapTransfer, Places } from '../model.js';
import type { CostOp, CostView } from '../operation.js';
import type { U55Config } from './block-config.js';
import { transfer } from './transfer.js';

const MAX_SUB_KERNEL = 8;

const bricked = (view: CostView, depth: number): number =>
  view.format === 'NHCWB16' ? roundUp(depth, 16) : depth;

/** Passes over the weights for an OFM of that height and width. */
export const weightPasses = (config: U55Config, ofmH: number, ofmW: number): number =>
  ceilDiv(ofmH, config.ofmH) * ceilDiv(ofmW, config.ofmW);

function elementwiseReads(op: CostOp, extent: Extent): { ifmRead: number; ifm2Read: number } {
  const [ifm, ifm2] = op.ifms as [CostView, CostView | undefined];
  const batch = op.ofm.shape[0];
  const whole = batch * extent.ofmH * extent.ofmW * bricked(ifm, extent.ofmC);
  const wide = ifm.bits > 8;
  const scalarElements = (view: CostView): number => bricked(ifm, view.shape[3]);
  if (volume(ifm.shape) === 1) {
    return wide
      ? { ifmRead: scalarElements(ifm), ifm2Read: 0 }
      : { ifmRead: 0, ifm2Read: ifm2 === undefined ? 0 : whole };
  }
  if (ifm2 === undefined) return { ifmRead: whole, ifm2Read: 0 };
  if (volume(ifm2.shape) > 1) return { ifmRead: whole, ifm2Read: whole };
  return { ifmRead: whole, ifm2Read: ifm2.bits > 8 ? scalarElements(ifm2) : 0 };
}

/**
 * Element counts of the whole operation or of the part that `extent` describes; docs/model/cycles-u55-u65.md#elements.
 */
export function countElements(op: CostOp, config: U55Config, extent: Extent): Elements {
  const ifm = op.ifms[0]!;
  const ofmWrite = op.ofm.shape[0] * extent.ofmH * extent.ofmW * bricked(op.ofm, extent.ofmC);
  switch (op.opClass) {
    case 'elementwise':
      return { ...elementwiseReads(op, extent), ofmWrite, passes: 0 };
    case 'transpose':
      return { ifmRead: volume(ifm.shape), ifm2Read: 0, ofmWrite, passes: 0 };
    case 'matmul': {
      const ifm2 = op.ifms[1]!;
      const ifmRead = volume(ifm.shape) * ifm2.shape[2];
      return { ifmRead, ifm2Read: volume(ifm2.shape), ofmWrite, passes: 0, scratch: ifmRead };
    }
    default: {
      const limit = op.opClass === 'vector-product' ? 1 : MAX_SUB_KERNEL;
      const passes = weightPasses(config, extent.ofmH, extent.ofmW);
      const oneDepth = op.opClass === 'depthwise' || op.opClass === 'pool';
      const depthBlocks = oneDepth ? 1 : ceilDiv(extent.ofmC, config.ofmC);
      const area = Math.min(extent.ifmH, config.ifmH) * Math.min(extent.ifmW, config.ifmW);
      const subKernels = ceilDiv(op.kernel.width, limit) * ceilDiv(op.kernel.height, limit);
      const depth = bricked(ifm, ifm.shape[3]);
      const ifmRead = product32(area, depth, subKernels, passes * depthBlocks);
      return { ifmRead, ifm2Read: 0, ofmWrite, passes: op.weights === undefined ? 0 : passes };
    }
  }
}

function readBytes(
  view: CostView,
  bits: number,
  config: U55Config,
  memory: Memory,
  cores: number,
  count: number,
): number {
  const [, , w, c] = view.shape;
  return transfer(
    'read',
    memory.burstLength,
    view.format,
    bits,
    config.ifmW,
    config.ifmC,
    w,
    c,
    cores,
    count,
  );
}

/** Traffic of the whole operation's feature maps; element counts are used as they are, whatever the width. */
export function featureMapTransfers(
  op: CostOp,
  config: U55Config,
  acc: U55Accelerator,
  elements: Elements,
  places: Places,
): readonly FeatureMapTransfer[] {
  const [ifm, ifm2] = op.ifms as [CostView, CostView | undefined];
  const [, , ofmW, ofmC] = op.ofm.shape;
  /** A MatMul's transfers follow the blocks of its second step (docs/model/cycles-u55-u65.md#bytes). */
  const blocks = config.reduction ?? config;
  const read = (view: CostView, memory: Memory, count: number): number =>
    readBytes(view, ifm.bits, blocks, memory, acc.cores, count);
  const result: FeatureMapTransfer[] = [
    {
      role: 'ifm',
      memory: places.ifm,
      channel: CHANNEL.ifm,
      bytes: read(ifm, places.ifm, elements.ifmRead),
    },
    {
      role: 'ofm',
      memory: places.ofm,
      channel: CHANNEL.write,
      bytes: transfer(
        'write',
        places.ofm.burstLength,
        op.ofm.format,
        op.ofm.bits,
        blocks.ofmW,
        blocks.ofmC,
        ofmW,
        ofmC,
        acc.cores,
        elements.ofmWrite,
      ),
    },
  ];
  if (ifm2 !== undefined) {
    result.push({
      role: 'ifm2',
      memory: places.ifm2,
      channel: CHANNEL.ifm,
      bytes: read(ifm2, places.ifm2, elements.ifm2Read),
    });
  }
  if (elements.scratch !== undefined) {
    const scratch = { role: 'scratch', memory: places.scratch, bytes: elements.scratch } as const;
    result.push({ ...scratch, channel: CHANNEL.write }, { ...scratch, channel: CHANNEL.ifm });
  }
  return result;
}
