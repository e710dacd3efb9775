import { noParts, type Places } from '../cost/model.js';
import { finalCall } from '../schedule/figures.js';
import type { Memory } from '../npu/system.js';
import type { Machine } from '../schedule/machine.js';
import type { Plan, Slices } from '../schedule/plan.js';
import { bricksOf, bricksPerPixel, burstOf } from './bricks.js';
import { BRICK, LONGEST_BURST } from './constants.js';
import { isPool, macCorrection } from './mac-correction.js';

/**
 * A scheduled operation as the formula sees it: nothing else has an influence, so that what follows from it may be kept
 * by plan, slices, buffering and places.
 */
export interface ScheduledLayer {
  readonly plan: Plan;
  readonly slices: Slices;
  /** The weights are copied to staging memory. */
  readonly buffered: boolean;
  /** Where its feature maps finally lie. */
  readonly places: Places;
}

/** What a layer does, whatever the speed of the memories; docs/model/fvp.md#features. */
export interface LayerFeatures {
  /** As estimated; 0 without a MAC side. Then the layer takes `runCycles`. */
  readonly macCycles: number;
  /** Of `macCycles` on Ethos-U85. */
  readonly macCorrection: number;
  readonly runCycles: number;
  /** Fractional, at least 1. */
  readonly blocks: number;
  /** Cycles of output and activation stage. */
  readonly outputCycles: number;
  /** Bytes of weights: read in place from the second memory, copied from there, and read from SRAM. */
  readonly streamedBytes: number;
  readonly copiedBytes: number;
  readonly sramWeightBytes: number;
  readonly scaleBytes: number;
  /** Constants lie in the second memory. */
  readonly constantsOutside: boolean;
  /** Bricks read from and written to SRAM and the second memory. */
  readonly sramReads: number;
  readonly sramWrites: number;
  readonly externalReads: number;
  readonly externalWrites: number;
  /** Transactions on the second memory for these; fractional. */
  readonly readTransactions: number;
  readonly writeTransactions: number;
  /** Pixels read of the IFM. */
  readonly pixels: number;
  /** The IFM is NHWC with fewer channels than a brick. */
  readonly narrow: boolean;
  /** The layer waits for the second memory at least once. */
  readonly usesExternal: boolean;
}

/** Features by depth slices, which belong to one plan on one machine, and by the key of places and buffering. */
const KNOWN = new WeakMap<Slices, (LayerFeatures | undefined)[]>();

function keyOf({ system }: Machine, { buffered, places }: ScheduledLayer): number {
  const areaOf = (memory: Memory): number =>
    memory === system.featureMaps ? 0 : memory === system.staging ? 1 : 2;
  return ((areaOf(places.ifm) * 3 + areaOf(places.ifm2)) * 3 + areaOf(places.ofm)) * 2 + Number(buffered);
}

/** What a layer does; kept by plan, slices, buffering and places. */
export function featuresOf(machine: Machine, layer: ScheduledLayer): LayerFeatures {
  let known = KNOWN.get(layer.slices);
  if (known === undefined) KNOWN.set(layer.slices, (known = []));
  return (known[keyOf(machine, layer)] ??= computeFeatures(machine, layer));
}

function computeFeatures(machine: Machine, layer: ScheduledLayer): LayerFeatures {
  const { plan, slices, buffered, places } = layer;
  const { model, system } = machine;
  const { op, config } = plan;
  const parts = noParts();
  const runCycles = model.cycles(op, config, finalCall(machine, plan, places, buffered), parts);
  const hasParts = parts.blocks > 0;
  const blocks = hasParts ? Math.max(1, parts.blocks) : 1;

  const ifm = op.ifms[0]!;
  const ifm2 = op.ifms[1];
  const [, ifmH, ifmW, ifmC] = ifm.shape;
  const { ofm } = op;
  const [, ofmH, ofmW, ofmC] = ofm.shape;
  const [blockH, blockW, blockC] = [config.ofmH, config.ofmW, config.ofmC].map((n) => Math.max(1, n)) as [
    number,
    number,
    number,
  ];
  const inH = Math.max(1, config.ifmH);
  const inW = Math.max(1, config.ifmW);
  const inC = Math.max(1, config.ifmC);

  const outside = system.constants.name !== 'Sram';
  const encoding = slices.encoding;
  const weightBytes = encoding?.weightBytes ?? 0;
  const scaleBytes = encoding?.scaleBytes ?? 0;
  const passes = Math.max(1, plan.elements.passes);

  const single = op.kind === 'DepthwiseConv2D' || isPool(op.kind);
  const depths = single ? 1 : Math.ceil(ofmC / blockC);
  const areas = Math.ceil(ofmH / blockH) * Math.ceil(ofmW / blockW);
  const pixels = hasParts ? Math.min(ifmH, inH) * Math.min(ifmW, inW) * areas * depths : ifmH * ifmW;
  const read = pixels * bricksPerPixel(ifmC);
  const read2 = ifm2 === undefined ? 0 : bricksOf(ifm2.shape);
  const written = bricksOf(ofm.shape);

  const readInSram = places.ifm.name === 'Sram';
  const read2InSram = places.ifm2.name === 'Sram';
  const writtenInSram = places.ofm.name === 'Sram';
  const externalReads = (readInSram ? 0 : read) + (read2InSram ? 0 : read2);
  const readBlockC = op.kind === 'DepthwiseConv2D' ? blockC : inC;
  const readTransactions =
    (readInSram ? 0 : (BRICK * read) / burstOf(ifm.format, inW, readBlockC, ifm.shape)) +
    (read2InSram ? 0 : (BRICK * read2) / LONGEST_BURST);
  const writeTransactions =
    ofm.format === 'NHWC' ? written : (BRICK * written) / burstOf(ofm.format, blockW, blockC, ofm.shape);

  return {
    macCycles: hasParts ? parts.macCycles : 0,
    macCorrection: macCorrection(op, config, model.weightFormat(config).includes('sparse')),
    runCycles,
    blocks,
    outputCycles:
      model.outputRate(op, config) *
      Math.min(blockH, ofmH) *
      Math.min(blockW, ofmW) *
      Math.min(blockC, ofmC) *
      blocks,
    streamedBytes: outside && !buffered ? weightBytes * passes : 0,
    copiedBytes: outside && buffered ? weightBytes : 0,
    sramWeightBytes: buffered || !outside ? weightBytes * passes : 0,
    scaleBytes,
    constantsOutside: outside,
    sramReads: (readInSram ? read : 0) + (read2InSram ? read2 : 0),
    sramWrites: writtenInSram ? written : 0,
    externalReads,
    externalWrites: writtenInSram ? 0 : written,
    readTransactions,
    writeTransactions: writtenInSram ? 0 : writeTransactions,
    pixels,
    narrow: ifm.format === 'NHWC' && ifmC < BRICK,
    usesExternal:
      outside && ((!buffered && weightBytes > 0) || scaleBytes > 0 || externalReads > 0 || op.lutBytes > 0),
  };
}
