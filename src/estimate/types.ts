import type { ElementType } from '../graph/network.js';
import type { NetworkTraits } from '../graph/traits.js';
import type { OpKind } from '../lowering/operations.js';

/** The four memories, in the order of the report's columns. */
export const AREAS = ['sram', 'dram', 'on_chip_flash', 'off_chip_flash'] as const;
/** A memory of the report. */
export type Area = (typeof AREAS)[number];
/** A value for each memory. */
export type PerArea<T> = Readonly<Record<Area, T>>;

/** How people write the memories. */
export const AREA_NAMES: Readonly<Record<Area, string>> = {
  sram: 'SRAM',
  dram: 'DRAM',
  on_chip_flash: 'On-chip Flash',
  off_chip_flash: 'Off-chip Flash',
};

/** Bytes moved to and from one memory. `total` also holds scale and look-up-table traffic. */
export interface AreaTraffic {
  readonly featureMapRead: number;
  readonly featureMapWrite: number;
  readonly weightRead: number;
  readonly weightWrite: number;
  readonly total: number;
}

/** One row of the per-layer report. */
export interface Layer {
  readonly originalOperator: string;
  readonly operator: OpKind;
  readonly target: 'NPU' | 'CPU';
  /** Why the CPU executes it; absent for NPU rows. */
  readonly reason?: string;
  /** Index of the TFLite operator it comes from; −1 where there is none. */
  readonly origin: number;
  /** An operation done in the same pass as the row before it: all its figures are 0. */
  readonly fused: boolean;
  /** Name of that TFLite operator, such as `CONV_2D`; the code of a custom one. */
  readonly tfliteOperator: string;
  readonly name: string;
  /** Bytes alive in the staging memory. */
  readonly stagingUsage: number;
  readonly cycles: number;
  readonly npuCycles: number;
  /** Access cycles of each memory. */
  readonly accessCycles: PerArea<number>;
  readonly macs: number;
  /** How the figures came about; absent for fused and CPU rows. */
  readonly detail?: LayerDetail;
}

/** What the report does not show of a layer: shapes, kernel, block config and the terms of its cycles. */
export interface LayerDetail {
  readonly ifmShapes: readonly (readonly number[])[];
  readonly ofmShape: readonly number[];
  readonly ofmType: ElementType;
  readonly ifmFormat: 'NHWC' | 'NHCWB16';
  readonly ofmFormat: 'NHWC' | 'NHCWB16';
  /** H, W, C. */
  readonly ofmBlock: readonly number[];
  readonly ifmBlock: readonly number[];
  readonly traversal: string;
  /** Run cycles of the operation, transfers of its weights not counted. */
  readonly runCycles: number;
  /** MAC side and output side of the whole operation, where the cost model has these two. */
  readonly macCycles?: number;
  readonly outputCycles?: number;
  readonly weights?: {
    readonly format: string;
    readonly predicted: boolean;
    readonly encodedBytes: number;
    readonly scaleBytes: number;
    readonly depthSlices: readonly number[];
    readonly buffering: 'none' | 'single' | 'double';
    readonly prebuffered: boolean;
    /** How often the weights are read. */
    readonly passes: number;
  };
  /** Number of the cascade, 0 outside of one. */
  readonly cascade: number;
  readonly bytes: {
    readonly ifm: number;
    readonly ifm2: number;
    readonly ofm: number;
    readonly weights: number;
    readonly scales: number;
  };
  /** What sets `cycles`: a memory's access cycles or the NPU side. */
  readonly boundBy: 'npu' | Area;
}

/** A feature map or a weight buffer in memory. */
export interface PeakItem {
  readonly name: string;
  readonly bytes: number;
  /** Absent for weight buffers. */
  readonly map?: {
    readonly shape: readonly number[];
    readonly format: 'NHWC' | 'NHCWB16';
    /** Bytes of channels that fill the last brick of 16. */
    readonly paddingBytes: number;
  };
}

/** What is in the staging memory when it is fullest. */
export interface MemoryPeak {
  /** Sum of what is alive. */
  readonly bytes: number;
  /** Index into `layers`. */
  readonly layer: number;
  /** Feature maps and weight buffers alive then, largest first. */
  readonly contents: readonly PeakItem[];
}

/** Everything the estimator knows of one network on one system. */
export interface Estimate {
  readonly network: string;
  readonly traits: NetworkTraits;
  /** e.g. `ethos-u55-128`. */
  readonly accelerator: string;
  readonly systemConfig: string;
  readonly memoryMode: string;
  readonly optimise: 'Performance' | 'Size';
  /** Hertz. */
  readonly coreClock: number;
  /** MACs per cycle over all cores. */
  readonly macsPerCycle: number;
  /** Bytes. */
  readonly arenaCacheSize: number;
  /** Design peak bandwidth, GiB/s. */
  readonly bandwidths: PerArea<number>;
  readonly weightsArea: Area;
  readonly featureMapArea: Area;
  readonly layers: readonly Layer[];
  readonly passesBeforeFusing: number;
  readonly passesAfterFusing: number;
  /** Bytes allocated. */
  readonly memoryUsed: PerArea<number>;
  /** Absent where nothing runs on the NPU. */
  readonly peak?: MemoryPeak;
  /** The reference compiler stops with an error: staging memory of its own is smaller than what is needed. */
  readonly refused: boolean;
  /** Bytes that "Peak% (Staging)" refers to. */
  readonly stagingMemoryUsed: number;
  readonly originalWeightBytes: number;
  readonly encodedWeightBytes: number;
  readonly traffic: PerArea<AreaTraffic>;
  readonly macs: number;
  readonly npuCycles: number;
  readonly accessCycles: PerArea<number>;
  readonly cycles: number;
  readonly cpuOperators: number;
  readonly npuOperators: number;
  /** True when a layer's encoded size rests on predicted weights. */
  readonly predictedWeights: boolean;
}
