import { opClassOf, type CostOp, type CostView } from '../../../src/cost/operation.js';
import type { OpKind } from '../../../src/lowering/operations.js';
import type { WeightArray } from '../../../src/weights/weight-array.js';
import type { Memory } from '../../../src/npu/system.js';
import { U85_ACCELERATORS, type U85Accelerator } from '../../../src/npu/u85-tables.js';

/** Sram of Ethos_U85_SYS_Flash_High and Ethos_U85_SYS_DRAM_Mid. */
export const SRAM: Memory = {
  name: 'Sram',
  bytesPerCycle: 32,
  readLatency: 32,
  writeLatency: 32,
  burstLength: 64,
  portsUsed: 2,
  maxReads: 8,
  maxWrites: 8,
};

/** Dram of Ethos_U85_SYS_DRAM_Mid. */
export const DRAM: Memory = {
  name: 'Dram',
  bytesPerCycle: 12,
  readLatency: 500,
  writeLatency: 250,
  burstLength: 128,
  portsUsed: 1,
  maxReads: 64,
  maxWrites: 32,
};

/** Flash of Ethos_U85_SYS_Flash_High. */
export const FLASH: Memory = {
  name: 'OffChipFlash',
  bytesPerCycle: 1,
  readLatency: 64,
  writeLatency: 0,
  burstLength: 128,
  portsUsed: 1,
  maxReads: 2,
  maxWrites: 1,
};

export const accelerator = (macs: number): U85Accelerator => U85_ACCELERATORS.get(`ethos-u85-${macs}`)!;

/** Weights of which nothing but their presence matters. */
export const SOME_WEIGHTS: WeightArray = {
  key: '',
  shape: [1, 1, 1, 1],
  depthwise: false,
  predicted: false,
  values: () => new Int16Array(0),
};

export const view = (
  h: number,
  w: number,
  c: number,
  bits = 8,
  format: CostView['format'] = 'NHCWB16',
): CostView => ({ shape: [1, h, w, c], bits, format, constant: false });

/** An operation with a 1×1 kernel and stride 1 unless `rest` says otherwise. */
export function operation(
  kind: OpKind,
  ifms: readonly CostView[],
  ofm: CostView,
  kernel: Partial<CostOp['kernel']> = {},
  rest: Partial<CostOp> = {},
): CostOp {
  return {
    kind,
    opClass: opClassOf(kind),
    kernel: {
      height: 1,
      width: 1,
      strideH: 1,
      strideW: 1,
      dilationH: 1,
      dilationW: 1,
      top: 0,
      left: 0,
      bottom: 0,
      right: 0,
      ...kernel,
    },
    upscale: 'none',
    scaled: true,
    ifms,
    ofm,
    ofmTransposed: false,
    ofmReversed: false,
    activation: 0,
    usesLut: false,
    lutBytes: 0,
    weights: undefined,
    ...rest,
  };
}
