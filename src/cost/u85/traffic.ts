import type { Memory } from '../../npu/system.js';
import type { U85Accelerator } from '../../npu/u85-tables.js';
import { CHANNEL, type Channel } from '../channels.js';
import { ceilDiv, product32, roundUp, volume } from '../integers.js';
import type { Elements, Extent, FeatureMapTransfer, Places } from '../model.js';
import type { CostOp, CostView, ExternalMap } from '../operation.js';
import { transfer } from '../u55/transfer.js';
import type { U85Config } from './block-config.js';
import { subKernelLimit } from './mac-cycles.js';
import { isPoolLike, readsWeights, u85ClassOf } from './op-class.js';
import { streamsIfm, writesOwnOfm } from './output-rate.js';

const NONE: readonly number[] = [];

const bricked = (format: CostView['format'], depth: number): number =>
  format === 'NHCWB16' ? roundUp(depth, 16) : depth;

const elementsOf = ([n, h, w, c]: CostView['shape'], format: CostView['format']): number =>
  n * h * w * bricked(format, c);

function externalElements({ port, view }: ExternalMap): number {
  return port !== 'ofm' && volume(view.shape) === 1 ? 0 : elementsOf(view.shape, view.format);
}

/** Reads of both inputs; the first one-element input is part of the command instead. */
function elementwiseReads(op: CostOp, extent: Extent): [ifm: number, ifm2: number] {
  const [ifm, ifm2] = op.ifms as [CostView, CostView | undefined];
  const [n, , , c] = ifm.shape;
  const scalar = volume(ifm.shape) === 1;
  const first = scalar ? 0 : n * extent.ifmH * extent.ifmW * bricked(ifm.format, c);
  if (ifm2 === undefined) return [first, 0];
  const second = !scalar && volume(ifm2.shape) === 1 ? 0 : elementsOf(ifm2.shape, ifm.format);
  return [first, second];
}

/**
 * Element counts of the whole operation or of the part that `extent` describes; docs/model/cycles-u85.md#u85-elements.
 */
export function countU85Elements(op: CostOp, config: U85Config, extent: Extent): Elements {
  const opClass = u85ClassOf(op.kind);
  const ifm = op.ifms[0]!;
  const [n] = op.ofm.shape;
  const ofmWrite = writesOwnOfm(op) ? n * extent.ofmH * extent.ofmW * bricked(op.ofm.format, extent.ofmC) : 0;
  const externals = op.externals?.map(externalElements) ?? NONE;
  switch (opClass) {
    case 'elementwise': {
      const [ifmRead, ifm2Read] = elementwiseReads(op, extent);
      return { ifmRead, ifm2Read, ofmWrite, passes: 0, externals };
    }
    case 'resize':
      return {
        ifmRead: elementsOf(ifm.shape, ifm.format),
        ifm2Read: 0,
        ofmWrite,
        passes: 0,
        externals,
      };
    case 'dma': {
      // A Gather fetches as many rows as it has indices; a Scatter is not charged.
      const indices = op.ifms[1];
      const read = op.kind === 'Gather' && indices !== undefined ? elementsOf(indices.shape, ifm.format) : 0;
      return { ifmRead: read, ifm2Read: read, ofmWrite, passes: 0, externals };
    }
    default: {
      const blockH = Math.min(extent.ofmH, config.ofmH);
      const blockW = Math.min(extent.ofmW, config.ofmW);
      const blockC = Math.min(extent.ofmC, config.ofmC);
      const passes = ceilDiv(extent.ofmH, blockH) * ceilDiv(extent.ofmW, blockW);
      const oneDepth = opClass === 'depthwise' || isPoolLike(opClass);
      const limit = subKernelLimit(opClass);
      const area = Math.min(extent.ifmH, config.ifmH) * Math.min(extent.ifmW, config.ifmW);
      const subKernels = ceilDiv(op.kernel.width, limit) * ceilDiv(op.kernel.height, limit);
      const blocks = passes * (oneDepth ? 1 : ceilDiv(extent.ofmC, blockC));
      const ifmRead = product32(area, bricked(ifm.format, ifm.shape[3]), subKernels, blocks);
      const weightPasses = op.weights !== undefined && readsWeights(opClass) ? passes : 0;
      return { ifmRead, ifm2Read: 0, ofmWrite, passes: weightPasses, externals };
    }
  }
}

/** Bytes on the bus for so many elements, whatever their width; docs/model/cycles-u85.md#u85-bytes. */
function onBus(
  direction: 'read' | 'write',
  view: CostView,
  config: U85Config,
  acc: U85Accelerator,
  memory: Memory,
  elements: number,
): number {
  const [, , w, c] = view.shape;
  const read = direction === 'read';
  return transfer(
    direction,
    memory.burstLength,
    view.format,
    view.bits,
    read ? config.ifmW : config.ofmW,
    read ? config.ifmC : config.ofmC,
    w,
    c,
    acc.cores,
    elements,
  );
}

/** The channel on which an operation of that kind uses a feature map; docs/model/cycles-u85.md#u85-access-cycles. */
function channelOf(kind: CostOp['kind'], port: ExternalMap['port']): Channel {
  if (port === 'ofm') return CHANNEL.write;
  const streamed = streamsIfm(kind) || (port === 'ifm2' && kind === 'MatMul');
  return streamed ? CHANNEL.ifmStream : CHANNEL.ifm;
}

/** Traffic of the whole operation's feature maps; an OFM that never leaves the NPU has none. */
export function featureMapTransfers(
  op: CostOp,
  config: U85Config,
  acc: U85Accelerator,
  elements: Elements,
  places: Places,
): readonly FeatureMapTransfer[] {
  const [ifm, ifm2] = op.ifms as [CostView, CostView | undefined];
  const result: FeatureMapTransfer[] = [
    {
      role: 'ifm',
      memory: places.ifm,
      channel: channelOf(op.kind, 'ifm'),
      bytes: onBus('read', ifm, config, acc, places.ifm, elements.ifmRead),
    },
  ];
  if (ifm2 !== undefined) {
    result.push({
      role: 'ifm2',
      memory: places.ifm2,
      channel: channelOf(op.kind, 'ifm2'),
      bytes: onBus('read', ifm2, config, acc, places.ifm2, elements.ifm2Read),
    });
  }
  if (writesOwnOfm(op)) {
    result.push({
      role: 'ofm',
      memory: places.ofm,
      channel: CHANNEL.write,
      bytes: onBus('write', op.ofm, config, acc, places.ofm, elements.ofmWrite),
    });
  }
  op.externals?.forEach((external, i) => {
    const { port, view } = external;
    const kind = op.members![external.member]!.kind;
    const memory = places.externals[i]!;
    const direction = port === 'ofm' ? 'write' : 'read';
    result.push({
      role: 'external',
      memory,
      channel: channelOf(kind, port),
      bytes: onBus(direction, view, config, acc, memory, elements.externals![i]!),
    });
  });
  return result;
}
