import type { LoweredOp, OpKind, Shape4, View } from './operations.js';

const sizeOf = (view: View): Shape4 => view.slice?.shape ?? view.shape;
const count = (shape: Shape4): number => shape[0] * shape[1] * shape[2] * shape[3];

type Formula = (op: LoweredOp, ofm: number, ifm: Shape4) => number;

const byKernel: Formula = ({ kernel }, ofm) => kernel.height * kernel.width * ofm;
const byKernelAndDepth: Formula = ({ kernel }, ofm, ifm) => kernel.height * kernel.width * ofm * ifm[3];
const byDepth: Formula = (_, ofm, ifm) => ofm * ifm[3];
const perElement: Formula = (_, ofm) => ofm;

/** Formulas by kind (docs/model/lowering.md#mac-count); kinds without a row have no multiplications. */
const FORMULAS: ReadonlyMap<OpKind, Formula> = new Map<OpKind, Formula>([
  ['Conv2D', byKernelAndDepth],
  ['FullyConnected', byKernelAndDepth],
  ['DepthwiseConv2D', byKernel],
  ['MaxPool', byKernel],
  ['AvgPool', byKernel],
  ['SumPool', byKernel],
  ['NullPool', byKernel],
  ['ReduceSum', byDepth],
  ['ReduceMax', byKernel],
  ['ReduceMin', byKernel],
  ['ReduceAny', byKernel],
  ['ReduceAll', byKernel],
  ['ArgMax', byKernel],
  ['MemoryCopy', perElement],
  ['Quantize', perElement],
  ['Reverse', perElement],
  ['Relu', perElement],
  ['Relu6', perElement],
  ['Relu0To1', perElement],
  ['ReluN1To1', perElement],
  ['ReluN', perElement],
  ['Prelu', perElement],
  ['Clamp', perElement],
  ['Sigmoid', perElement],
  ['Tanh', perElement],
  ['LUT', perElement],
]);

const matMul = (op: LoweredOp): number => {
  const a = sizeOf(op.ifms[0]!);
  return a[1] * a[2] * a[3] * sizeOf(op.ifms[1]!)[2];
};

/**
 * Report column "MAC Count" of a primary operation on Ethos-U55/U65 (docs/model/lowering.md#mac-count); sub-operations
 * and CPU operations count 0.
 */
export function macCount(op: LoweredOp): number {
  if (op.kind === 'MatMul') return matMul(op);
  const formula = FORMULAS.get(op.kind);
  const ifm = op.ifms[0];
  const ofm = op.ofms[0];
  if (formula === undefined || ifm === undefined || ofm === undefined) return 0;
  return formula(op, count(sizeOf(ofm)), sizeOf(ifm));
}

/**
 * "MAC Count" on Ethos-U85 with dense weights (docs/model/lowering.md#mac-count); a 2:4 sparse format halves those of
 * `Conv2D` and `FullyConnected`.
 */
export function denseMacCountU85(op: LoweredOp): number {
  const ifm = op.ifms[0];
  const ofm = op.ofms[0];
  if (ifm === undefined || ofm === undefined) return 0;
  if (op.kind === 'MatMul') return count(sizeOf(ofm)) * sizeOf(ifm)[3];
  if (op.kind === 'Transpose') return count(sizeOf(ofm));
  return macCount(op);
}
