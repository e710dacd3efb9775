import type { Accelerator } from '../../npu/accelerators.js';
import type { Memory } from '../../npu/system.js';
import { ceilDiv, roundUp, volume } from '../integers.js';
import type { CostOp, CostView } from '../operation.js';
import type { BlockConfig } from './block-config.js';
import { transfer } from './transfer.js';

/** Elements that an operation (or a part of it) moves, before bursts are considered; reference 02 §4.1. */
export interface Elements {
  ifmRead: number;
  ifm2Read: number;
  ofmWrite: number;
  /** Passes over the weights: blocks of the OFM in H × W. */
  passes: number;
  /** MatMul: elements written to and read from the scratch tensor. */
  scratch: number;
}

const MAX_SUB_KERNEL = 8;

/** Shapes that element counts are asked for. */
export interface Extent {
  readonly ofmH: number;
  readonly ofmW: number;
  readonly ofmC: number;
  readonly ifmH: number;
  readonly ifmW: number;
}

const bricked = (view: CostView, depth: number): number =>
  view.format === 'NHCWB16' ? roundUp(depth, 16) : depth;

/** Passes over the weights for an OFM of that height and width. */
export const weightPasses = (config: BlockConfig, ofmH: number, ofmW: number): number =>
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

/** Element counts of the whole operation or of the part that `extent` describes. */
export function countElements(op: CostOp, config: BlockConfig, extent: Extent): Elements {
  const ifm = op.ifms[0]!;
  const result: Elements = {
    ifmRead: 0,
    ifm2Read: 0,
    ofmWrite: op.ofm.shape[0] * extent.ofmH * extent.ofmW * bricked(op.ofm, extent.ofmC),
    passes: 0,
    scratch: 0,
  };
  switch (op.opClass) {
    case 'elementwise':
      Object.assign(result, elementwiseReads(op, extent));
      return result;
    case 'transpose':
      result.ifmRead = volume(ifm.shape);
      return result;
    case 'matmul':
      result.ifmRead = volume(ifm.shape) * op.ifms[1]!.shape[2];
      result.ifm2Read = volume(op.ifms[1]!.shape);
      result.scratch = result.ifmRead;
      return result;
    default: {
      const limit = op.opClass === 'vector-product' ? 1 : MAX_SUB_KERNEL;
      const passes = weightPasses(config, extent.ofmH, extent.ofmW);
      const oneDepth = op.opClass === 'depthwise' || op.opClass === 'pool';
      const depthBlocks = oneDepth ? 1 : ceilDiv(extent.ofmC, config.ofmC);
      const area = Math.min(extent.ifmH, config.ifmH) * Math.min(extent.ifmW, config.ifmW);
      const subKernels = ceilDiv(op.kernel.width, limit) * ceilDiv(op.kernel.height, limit);
      result.ifmRead = Math.imul(
        Math.imul(Math.imul(area, bricked(ifm, ifm.shape[3])), subKernels),
        passes * depthBlocks,
      );
      if (op.weights !== undefined) result.passes = passes;
      return result;
    }
  }
}

/** Bytes of the whole operation's feature maps, waste of short bursts included (reference 02 §4.2). */
export interface FeatureMapBytes {
  readonly ifm: number;
  readonly ifm2: number;
  readonly ofm: number;
  readonly scratch: number;
}

function readBytes(
  view: CostView,
  bits: number,
  config: BlockConfig,
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

/** Bytes on the bus for `elements`; element counts are used as they are, whatever the element's width. */
export function featureMapBytes(
  op: CostOp,
  config: BlockConfig,
  acc: Accelerator,
  elements: Elements,
  ifmMemory: Memory,
  ifm2Memory: Memory,
  ofmMemory: Memory,
): FeatureMapBytes {
  const ifm = op.ifms[0]!;
  const ifm2 = op.ifms[1];
  const [, , ofmW, ofmC] = op.ofm.shape;
  const writer = config.reduction ?? config;
  return {
    ifm: readBytes(ifm, ifm.bits, config, ifmMemory, acc.cores, elements.ifmRead),
    ifm2:
      ifm2 === undefined ? 0 : readBytes(ifm2, ifm.bits, config, ifm2Memory, acc.cores, elements.ifm2Read),
    ofm: transfer(
      'write',
      ofmMemory.burstLength,
      op.ofm.format,
      op.ofm.bits,
      writer.ofmW,
      writer.ofmC,
      ofmW,
      ofmC,
      acc.cores,
      elements.ofmWrite,
    ),
    scratch: 2 * elements.scratch,
  };
}
