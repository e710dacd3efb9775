import type { BlockConfig, Elements } from '../cost/model.js';
import type { CostOp } from '../cost/operation.js';
import type { Encoding } from '../weights/encoding.js';

/** What one operation costs in the eyes of the scheduler; docs/model/scheduling.md#estimates. Cycles and bytes. */
export interface Figures {
  /** Cycles of all slices and stripes. */
  readonly run: number;
  /** `run` plus the transfers that cannot be hidden. */
  readonly all: number;
  readonly shown: number;
  readonly lastSlice: number;
  readonly weightCycles: number;
  readonly ifmCycles: number;
  /** Bytes of IFM read in all slices. */
  readonly ifmRead: number;
}

/** The part of an operation's figures that does not depend on its neighbours. */
export interface SliceFigures extends Omit<Figures, 'all' | 'shown'> {
  /** Run cycles and transfer cycles of each slice. */
  readonly cycles: readonly number[];
  readonly transfers: readonly number[];
}

/** Depth slices of an operation and their encoding; undefined encoding without weights. */
export interface Slices {
  readonly boundaries: readonly number[];
  readonly encoding: Encoding | undefined;
  /** Filled on demand, by where weights and IFM are read from. */
  readonly figures: (SliceFigures | undefined)[];
  /** Reported figures of these slices, filled on demand by `figures.ts`. */
  readonly rows: Map<number, Float64Array>;
}

/**
 * An operation with its stripe height: block config, whole encoding and unbuffered figures. Depends on nothing but
 * the operation, the stripe and the machine, so it is made once for all networks that contain the operation.
 */
export interface Plan {
  readonly op: CostOp;
  readonly stripeH: number;
  readonly config: BlockConfig;
  /** The full depth in one slice. */
  readonly whole: Slices;
  /** Cycles of copying the whole encoding to staging memory; 0 without weights. */
  readonly fullTransfer: number;
  /** Cycles of the operation as a whole, feature maps in the arena. */
  readonly opCycles: number;
  /** The same with the weights read from staging memory. */
  readonly stagedOpCycles: number;
  readonly elements: Elements;
  /** Bytes of the IFM that one stripe needs. */
  readonly ifmBytes: number;
  readonly unbuffered: Figures;
  /** Depth slices that have been tried, by first and following depth. */
  readonly sliced: Map<number, Slices>;
  /** Cycles of a first part of so many channels, its weights in staging memory. */
  readonly prebufferCycles: Map<number, number>;
}
