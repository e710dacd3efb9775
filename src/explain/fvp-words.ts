import { AREAS, AREA_NAMES } from '../estimate/types.js';
import { isTie } from '../fvp/bars.js';
import type { FvpLayer } from '../fvp/fvp.js';
import type { Parameters } from '../fvp/parameters.js';
import type { FvpBound } from '../fvp/formula.js';
import { externalMemory } from '../fvp/memories.js';
import { BRICK, CYCLES_PER_NARROW_PIXEL, LONGEST_BURST, SCALE_BURST } from '../fvp/constants.js';
import { MEMORY_INDEX } from '../schedule/figures.js';
import type { System } from '../npu/system.js';
import { grouped } from '../text.js';
import { PARTS, type Account } from './account.js';
import type { LayerFacts } from './facts.js';

/** What can set the FVP-like cycles of a layer. */
export const FVP_BOUNDS: Readonly<Record<FvpBound, string>> = {
  mac: 'MACs',
  weights: 'weights read in place',
  output: 'output stage',
  scales: 'reading of scales',
  run: 'run cycles',
  sram: 'SRAM',
  external_reads: 'reads of the second memory',
  external_writes: 'writes to the second memory',
  latency: 'latencies',
};

/** The memory behind the second port. */
const externalName = (system: System): string => {
  const name = externalMemory(system)?.name;
  return name === undefined ? 'SRAM' : AREA_NAMES[AREAS[MEMORY_INDEX[name]]!];
};

const short = (n: number): string => String(Number(n.toPrecision(3)));
const cycles = (n: number): string => grouped(Math.round(n));

/** Transfers through the second memory: so many transactions, or so many bytes. */
interface Transfers {
  readonly count: number;
  /** Of feature maps, and of weights besides. */
  readonly mapBytes: number;
  readonly weightBytes: number;
  readonly inFlight: number;
  readonly latency: number;
  /** Bytes per cycle. */
  readonly rate: number;
}

/** Whether single transactions, each with its latency, take longer than the bytes. */
const slowByCount = ({ count, mapBytes, weightBytes, inFlight, latency, rate }: Transfers): boolean =>
  (count * latency) / inFlight >= (mapBytes + weightBytes) / rate;

const sizeOf = ({ mapBytes, count }: Transfers): number =>
  Math.min(LONGEST_BURST, Math.round(mapBytes / count));

/** `2,048 transactions of 16 bytes to DRAM, 15 in flight, 250 cycles each`, or the bytes where these take longer. */
function transferText(transfers: Transfers, where: string): string {
  const { count, mapBytes, weightBytes, inFlight, latency, rate } = transfers;
  return slowByCount(transfers)
    ? `${grouped(Math.ceil(count))} transactions of ${sizeOf(transfers)} bytes ${where}, ${short(inFlight)} in flight, ` +
        `${grouped(latency)} cycles each`
    : `${grouped(Math.round(mapBytes + weightBytes))} bytes ${where}, ${short(rate)} per cycle`;
}

/** Those that bound the layer; undefined where it is bound by something else. */
function transfersOf({ features, boundBy }: FvpLayer, parameters: Parameters): Transfers | undefined {
  if (boundBy === 'external_writes') {
    return {
      count: features.writeTransactions,
      mapBytes: BRICK * features.externalWrites,
      weightBytes: 0,
      inFlight: parameters.writesInFlight,
      latency: parameters.writeLatency,
      rate: parameters.externalRate,
    };
  }
  if (boundBy !== 'external_reads') return undefined;
  return {
    count: features.narrow ? 0 : features.readTransactions,
    mapBytes: features.narrow ? 0 : BRICK * features.externalReads,
    weightBytes: features.streamedBytes + features.copiedBytes,
    inFlight: parameters.readsInFlight,
    latency: parameters.readLatency,
    rate: parameters.readRate,
  };
}

/** What sets a layer's FVP-like cycles, in a phrase. */
function boundPhrase({ machine: { system } }: LayerFacts, layer: FvpLayer, parameters: Parameters): string {
  const { features, boundBy } = layer;
  const name = FVP_BOUNDS[boundBy];
  switch (boundBy) {
    case 'mac': {
      const { macCycles, macCorrection } = features;
      const factor =
        parameters.isU85 && macCorrection !== 1 ? ` (${short(macCorrection)} x the compiler's)` : '';
      return `${name}, ${cycles(macCycles * (parameters.isU85 ? macCorrection : 1))} cycles${factor}`;
    }
    case 'output':
      return `${name}, ${cycles(features.outputCycles)} cycles`;
    case 'run':
      return `${name} as the compiler has them`;
    case 'weights':
      return `${grouped(features.streamedBytes)} bytes of weights from ${externalName(system)}, ${short(parameters.readRate)} per cycle`;
    case 'scales':
      return `${name}, ${grouped(features.scaleBytes)} bytes with a latency of ${parameters.readLatency} cycles per ${SCALE_BURST}`;
    case 'sram': {
      const { sramReads, sramWrites, sramWeightBytes, pixels } = features;
      const bricks = sramReads + sramWrites + sramWeightBytes / BRICK;
      return bricks * parameters.cyclesPerBrick < layer.sram
        ? `SRAM, ${grouped(pixels)} pixels of few channels in NHWC, ${CYCLES_PER_NARROW_PIXEL} cycles each`
        : `SRAM, ${grouped(Math.round(bricks))} bricks of ${BRICK} bytes, ${short(parameters.cyclesPerBrick)} cycles each`;
    }
    case 'external_reads':
      return transferText(transfersOf(layer, parameters)!, `from ${externalName(system)}`);
    case 'external_writes':
      return transferText(transfersOf(layer, parameters)!, `to ${externalName(system)}`);
    case 'latency':
      return `${name} of the memories, which no layer hides`;
  }
}

/** Parts of the compiler's view that are the same thing. */
const ALIKE: Readonly<Partial<Record<FvpBound, readonly Account['bound'][]>>> = {
  mac: ['mac'],
  output: ['output', 'columns', 'copy'],
  scales: ['scales'],
  weights: ['weights', 'memory'],
  external_reads: ['weights', 'memory'],
  external_writes: ['memory'],
  sram: ['memory'],
};

/** What bounds the layer for the compiler where that is something else, or counted otherwise. */
function otherView(
  { layer, machine: { system } }: LayerFacts,
  fvp: FvpLayer,
  parameters: Parameters,
  { bound }: Account,
): string {
  const { boundBy } = fvp;
  if (boundBy === 'run') return '';
  const area = layer.detail!.boundBy;
  if (ALIKE[boundBy]?.includes(bound) !== true) {
    return `; for the compiler ${bound === 'memory' && area !== 'npu' ? AREA_NAMES[area] : PARTS[bound]}`;
  }
  const transfers = transfersOf(fvp, parameters);
  const burst = externalMemory(system)?.burstLength ?? 0;
  if (transfers === undefined || !slowByCount(transfers) || sizeOf(transfers) >= burst) return '';
  return isTie(fvp.cycles, layer.cycles)
    ? ''
    : `; the compiler counts a whole burst of ${burst} bytes for each, one after another`;
}

/** FVP-like cycles of a layer and what sets them, where that differs beside the compiler's view. */
export function fvpLayerText(
  facts: LayerFacts,
  layer: FvpLayer,
  parameters: Parameters,
  account: Account,
): string {
  const strange = layer.extrapolated === undefined ? '' : ` (extrapolated: ${layer.extrapolated})`;
  const phrase = boundPhrase(facts, layer, parameters);
  const other = otherView(facts, layer, parameters, account);
  return `${cycles(layer.cycles)} cycles, bound by ${phrase}${other}${strange}`;
}
