import type { AreaTraffic, Estimate, Layer, PerArea } from '../../src/estimate/types.js';

const NO_TRAFFIC: AreaTraffic = {
  featureMapRead: 0,
  featureMapWrite: 0,
  weightRead: 0,
  weightWrite: 0,
  total: 0,
};

/** One value per memory; those left out are `absent`. */
export const perArea = <T>(absent: T, values: Partial<PerArea<T>> = {}): PerArea<T> => ({
  sram: absent,
  dram: absent,
  on_chip_flash: absent,
  off_chip_flash: absent,
  ...values,
});

export const layer = (over: Partial<Layer> = {}): Layer => ({
  originalOperator: 'Conv2D',
  operator: 'Conv2D',
  target: 'NPU',
  origin: 0,
  fused: false,
  tfliteOperator: 'CONV_2D',
  name: 'conv',
  stagingUsage: 1024,
  cycles: 1000,
  npuCycles: 1000,
  accessCycles: perArea(0, { sram: 300, off_chip_flash: 200 }),
  macs: 64000,
  ...over,
});

/** An estimate with two layers on ethos-u55-128; figures are chosen to be easy to follow. */
export const estimateWith = (over: Partial<Estimate> = {}): Estimate => ({
  network: 'tiny',
  traits: { kind: 'quantised', integerWeights: false, dynamicBatch: false },
  accelerator: 'ethos-u55-128',
  systemConfig: 'Ethos_U55_High_End_Embedded',
  memoryMode: 'Shared_Sram',
  optimise: 'Performance',
  coreClock: 500e6,
  macsPerCycle: 128,
  arenaCacheSize: 2 ** 32,
  bandwidths: perArea(3.725290298461914, { off_chip_flash: 0.46566128730773926 }),
  weightsArea: 'off_chip_flash',
  featureMapArea: 'sram',
  layers: [
    layer(),
    layer({
      name: 'add',
      operator: 'Add',
      originalOperator: 'Add',
      tfliteOperator: 'ADD',
      origin: 1,
      cycles: 3000,
      npuCycles: 3000,
      macs: 0,
    }),
  ],
  passesBeforeFusing: 2,
  passesAfterFusing: 2,
  memoryUsed: perArea(0, { sram: 2048, off_chip_flash: 1040 }),
  stagingMemoryUsed: 2048,
  refused: false,
  originalWeightBytes: 576,
  encodedWeightBytes: 640,
  traffic: perArea(NO_TRAFFIC, {
    sram: { featureMapRead: 3000, featureMapWrite: 2000, weightRead: 0, weightWrite: 0, total: 5000 },
    off_chip_flash: { featureMapRead: 0, featureMapWrite: 0, weightRead: 640, weightWrite: 0, total: 800 },
  }),
  macs: 64000,
  npuCycles: 4000,
  accessCycles: perArea(0, { sram: 600, off_chip_flash: 400 }),
  cycles: 4000,
  cpuOperators: 0,
  npuOperators: 2,
  predictedWeights: false,
  ...over,
});
