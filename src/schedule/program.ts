import type { CostOp, Format } from '../cost/operation.js';
import type { ElementType } from '../graph/network.js';
import type { NetworkTraits } from '../graph/traits.js';
import type { LoweredOp, LookUpTable, Shape4 } from '../lowering/operations.js';
import type { Sharing, WeightUse } from './weight-use.js';

/** A feature map with what placement and liveness need to know of it. */
export interface ProgramTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly bits: number;
  /** Shape in memory. */
  readonly shape: Shape4;
  readonly format: Format;
  /** Bytes in memory, a multiple of 16. */
  readonly bytes: number;
  readonly constant: boolean;
  /** Constants: equal keys mean equal contents. */
  readonly contentKey: string;
  readonly graphInput: boolean;
  readonly graphOutput: boolean;
  readonly persistent: boolean;
  /** Tensors of one state are one place in memory, as large as the first one used. */
  readonly state: object | undefined;
  /** Read or written by a CPU operation. */
  readonly usedByCpu: boolean;
  /** Indices of the operations that write and read it, one entry per connection. */
  readonly producers: readonly number[];
  readonly consumers: readonly number[];
}

/** One scheduled operation: a primary with everything fused or chained onto it. */
export interface ProgramOp {
  readonly lowered: LoweredOp;
  /** Undefined for CPU operations. */
  readonly cost: CostOp | undefined;
  /** What tells its weights from those of other operations; operations of equal `cost` may differ in it. */
  readonly weights: WeightUse | undefined;
  /** Multiply-accumulates by the reference's count. */
  readonly macs: number;
  /** Tensors that the primary reads, in index order. */
  readonly ifms: readonly number[];
  /** Tensors that a CPU operation reads, but does not keep in memory while it runs. */
  readonly parameters: readonly number[];
  /** Tensors that chained operations read besides the chained one. */
  readonly chainedIfms: readonly number[];
  /** Tensor of each of the `externals` of `cost`. */
  readonly externals: readonly number[];
  /** The primary's own result goes to a chained operation and is never in memory. */
  readonly keepsResult: boolean;
  /** Tensors written: one for NPU operations. */
  readonly ofms: readonly number[];
  /** Scratch tensor, −1 for none. */
  readonly scratch: number;
  /** Index into `ifms` of the input that stripes follow. */
  readonly primaryIfm: number;
  /** OFM and input have the same elements in the same places, so that they may share memory. */
  readonly mapsOneToOne: boolean;
  /** Inputs whose memory the OFM may take over, wherever both lie in the same memory. */
  readonly inPlaceIfms: readonly number[];
  /** Can run in stripes. */
  readonly divisible: boolean;
  /** Can run in depth slices. */
  readonly sliceable: boolean;
  /** A connection writes a part of its tensor, or counts as doing so, and needs the whole tensor. */
  readonly writesSlice: boolean;
  /** Look-up tables read by the operation and those fused onto it. */
  readonly tables: readonly LookUpTable[];
  /** OFM connection's shape and each input's, before slicing. */
  readonly ofmShape: Shape4;
  readonly ifmShapes: readonly Shape4[];
}

/** Operations of a graph in execution order and the tensors between them. */
export interface Program {
  readonly name: string;
  readonly traits: NetworkTraits;
  readonly ops: readonly ProgramOp[];
  readonly tensors: readonly ProgramTensor[];
  readonly sharing: Sharing;
  /** The programs of the network's graphs before this one, which is the last: each runs on its own. */
  readonly before: readonly Program[];
}

/** The program of the network's first graph. */
export const entryOf = (program: Program): Program => program.before[0] ?? program;
