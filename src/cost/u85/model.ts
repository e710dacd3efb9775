import type { Memory, System } from '../../npu/system.js';
import { DEPTH_GRANULE, type U85Accelerator } from '../../npu/u85-tables.js';
import type { Encoding, U85Encoder, U85StreamLayout } from '../../weights/encoding.js';
import { u85StreamKey } from '../../weights/stream-key.js';
import { CHANNEL, type Channel } from '../channels.js';
import { wholeCall, type CostCall, type CostModel, type Prepared } from '../model.js';
import { computedDepth, type CostOp, type CostView } from '../operation.js';
import { accessCycles, copyCycles, readCycles } from './bandwidth.js';
import type { U85Config } from './block-config.js';
import { u85RunCycles } from './cycles.js';
import { findU85Config } from './find-config.js';
import { outputCyclesPerElement, streamsIfm } from './output-rate.js';
import { countU85Elements, featureMapTransfers } from './traffic.js';
import { chooseWeightFormat } from './weight-format.js';

/** How the weights of `op` are laid out for that block config. */
export const u85StreamLayout = (op: CostOp, config: U85Config, acc: U85Accelerator): U85StreamLayout => ({
  traversal: config.traversal,
  blockDepth: config.ofmC,
  ifmBlockDepth: config.ifmC,
  ofmUblockDepth: config.ublock[2],
  macs: acc.macsPerCycle,
  cores: acc.cores,
  ifmBits: op.ifms[0]!.bits,
  dilationH: op.kernel.dilationH,
  dilationW: op.kernel.dilationW,
  strideH: op.kernel.strideH,
  strideW: op.kernel.strideW,
  sparse: config.sparse,
  fast: config.fast,
});

/** The whole operation with all feature maps in the arena and its weights where the constants are. */
export function arenaCall(op: CostOp, system: System): CostCall {
  const { constants, featureMaps } = system;
  const place = (view: CostView | undefined): Memory => (view?.constant === true ? constants : featureMaps);
  const places = {
    ifm: place(op.ifms[0]),
    ifm2: place(op.ifms[1]),
    ofm: featureMaps,
    scratch: featureMaps,
  };
  return wholeCall(op, places, constants.readLatency);
}

/** Names for reports, dense and 2:4-sparse. */
const FORMAT_NAMES = {
  standard: ['standard', 'standard 2:4-sparse'],
  fast: ['fast', 'fast 2:4-sparse'],
} as const;

const mayChooseFormat = (op: CostOp): boolean => op.kind === 'Conv2D' || op.kind === 'FullyConnected';

/**
 * The cost model of one Ethos-U85.
 *
 * @param system decides, with the accelerator, which weight format is best
 * @param encoder is asked once per operation, stripe and format
 * @param forSize weights as small as possible (`--optimise Size`)
 */
export function createU85Model(
  acc: U85Accelerator,
  system: System,
  encoder: U85Encoder,
  forSize: boolean,
): CostModel<U85Config> {
  const tryEncode = (op: CostOp, config: U85Config, boundaries: readonly number[]): Encoding | undefined => {
    if (op.weights === undefined) throw new Error(`${op.kind} has no weights to encode`);
    return encoder(op.weights, u85StreamLayout(op, config, acc), boundaries);
  };
  const encode = (op: CostOp, config: U85Config, boundaries: readonly number[]): Encoding => {
    const encoding = tryEncode(op, config, boundaries);
    if (encoding === undefined) throw new Error(`${op.kind} has no weights in the format chosen for them`);
    return encoding;
  };

  const prepare = (op: CostOp, stripeH: number): Prepared<U85Config> | undefined => {
    const config = findU85Config(op, acc, stripeH, false);
    if (config === undefined) return undefined;
    if (op.weights === undefined) return { config, encoding: undefined };
    const whole = [0, computedDepth(op)];
    if (!mayChooseFormat(op)) return { config, encoding: encode(op, config, whole) };
    const call = arenaCall(op, system);
    const candidate = (blocks: U85Config): { config: U85Config; cycles: number } => ({
      config: blocks,
      cycles: u85RunCycles(op, blocks, acc, call),
    });
    const sparse = findU85Config(op, acc, stripeH, true);
    return chooseWeightFormat(
      acc,
      system.constants,
      candidate(config),
      sparse && candidate(sparse),
      (blocks, { fast }) => tryEncode(op, { ...blocks, fast }, whole),
      forSize,
    );
  };

  const weightChannel = (config: U85Config): Channel => (config.fast ? CHANNEL.fastWeight : CHANNEL.weight);

  return {
    findConfig: (op, stripeH) => findU85Config(op, acc, stripeH, false),
    prepare,
    encode,
    layoutKey: ({ kernel }, config) => {
      const { dilationH, dilationW, strideH, strideW } = kernel;
      const { traversal, ofmC, ifmC, accumulatorBits, ublock, sparse, fast } = config;
      const blocks = [traversal, ofmC, ifmC, ...ublock, accumulatorBits, +sparse, +fast];
      return [...blocks, dilationH, dilationW, strideH, strideW].join(' ');
    },
    streamKey: (op, config, boundaries) =>
      u85StreamKey(op.weights!, u85StreamLayout(op, config, acc), boundaries),
    minimumSliceDepth: (config) => Math.max(DEPTH_GRANULE, config.ublock[2]),
    weightFormat: (config) => FORMAT_NAMES[config.fast ? 'fast' : 'standard'][config.sparse ? 1 : 0],
    macs: (_, config, dense) => (config.sparse ? Math.floor(dense / 2) : dense),
    cycles: (op, config, call, parts) => u85RunCycles(op, config, acc, call, parts),
    outputRate: (op) => outputCyclesPerElement(op, acc),
    elements: countU85Elements,
    transfers: (op, config, elements, places) => featureMapTransfers(op, config, acc, elements, places),
    copyCycles: (to, from, n) => copyCycles(acc, to, from, n),
    weightReadCycles: (config, memory, n) => readCycles(acc, memory, n, weightChannel(config)),
    ifmReadCycles: (op, memory, n) =>
      readCycles(acc, memory, n, streamsIfm(op.kind) ? CHANNEL.ifmStream : CHANNEL.ifm),
    stagedWeightChannel: weightChannel,
    accessCycles: (memory, bytes, offset) => accessCycles(acc, memory, bytes, offset),
  };
}
