import { BRICK, CYCLES_PER_NARROW_PIXEL, SCALE_BURST } from './constants.js';
import type { LayerFeatures } from './features.js';
import type { Parameters } from './parameters.js';

/** What sets a layer's cycles. */
export type FvpBound =
  'mac' | 'weights' | 'output' | 'scales' | 'run' | 'sram' | 'external_reads' | 'external_writes' | 'latency';

/** The terms of a layer's cycles, and their outcome; docs/model/fvp.md#formula. */
export interface LayerTerms {
  /** Not rounded. */
  readonly cycles: number;
  readonly boundBy: FvpBound;
  /** MAC array and output stage together, or the run cycles as estimated. */
  readonly body: number;
  readonly sram: number;
  readonly externalReads: number;
  readonly externalWrites: number;
  /** What is waited for besides. */
  readonly latency: number;
}

/** MAC array and output stage: blocks go through one after another, the slower of the two sets the pace. */
function bodyOf(layer: LayerFeatures, parameters: Parameters): readonly [cycles: number, bound: FvpBound] {
  if (layer.macCycles <= 0) return [layer.runCycles, 'run'];
  const { isU85, readRate, readLatency, sramLatency } = parameters;
  const macs = layer.macCycles * (isU85 ? layer.macCorrection : 1);
  const streamed = layer.streamedBytes / readRate;
  const scaleLatency = layer.constantsOutside ? readLatency : isU85 ? sramLatency : 0;
  const scales = (layer.scaleBytes * scaleLatency) / SCALE_BURST;
  const input = Math.max(macs, streamed);
  const output = Math.max(layer.outputCycles, scales);
  const cycles = Math.max(input, output) + Math.min(input, output) / layer.blocks;
  if (input >= output) return [cycles, macs >= streamed ? 'mac' : 'weights'];
  return [cycles, layer.outputCycles >= scales ? 'output' : 'scales'];
}

function sramOf(layer: LayerFeatures, { isU85, cyclesPerBrick }: Parameters): number {
  const { sramReads, sramWrites, sramWeightBytes, narrow, pixels } = layer;
  const bricks = cyclesPerBrick * (sramReads + sramWeightBytes / BRICK + sramWrites);
  return isU85 && narrow ? Math.max(bricks, CYCLES_PER_NARROW_PIXEL * pixels) : bricks;
}

function externalReadsOf(layer: LayerFeatures, parameters: Parameters): number {
  const { readRate, readLatency, readsInFlight } = parameters;
  const weights = layer.streamedBytes + layer.copiedBytes;
  // Reading a narrow input is hidden.
  if (layer.narrow) return weights / readRate;
  return Math.max(
    (BRICK * layer.externalReads + weights) / readRate,
    (layer.readTransactions * readLatency) / readsInFlight,
  );
}

const externalWritesOf = (layer: LayerFeatures, parameters: Parameters): number =>
  Math.max(
    (layer.writeTransactions * parameters.writeLatency) / parameters.writesInFlight,
    (BRICK * layer.externalWrites) / parameters.externalRate,
  );

/** FVP-like cycles of one layer. Layers follow one another: those of a network are their sum. */
export function layerCycles(layer: LayerFeatures, parameters: Parameters): LayerTerms {
  const [body, bodyBound] = bodyOf(layer, parameters);
  const sram = sramOf(layer, parameters);
  const externalReads = externalReadsOf(layer, parameters);
  const externalWrites = externalWritesOf(layer, parameters);
  const { sramLatencies, sramLatency, externalLatencies, readLatency } = parameters;
  const latency = sramLatencies * sramLatency + (layer.usesExternal ? externalLatencies * readLatency : 0);
  const longest = Math.max(body, sram, externalReads, externalWrites);
  const bound = (): FvpBound => {
    if (latency > longest) return 'latency';
    if (body === longest) return bodyBound;
    if (sram === longest) return 'sram';
    return externalReads === longest ? 'external_reads' : 'external_writes';
  };
  return { cycles: longest + latency, boundBy: bound(), body, sram, externalReads, externalWrites, latency };
}
