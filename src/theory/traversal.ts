import { convolutionTraversal } from '../cost/u55/block-config.js';
import type { U55Accelerator } from '../npu/u55-tables.js';
import type { Traversal } from '../weights/encoding.js';
import type { TheoryOp } from './operation.js';
import { grouped, percentText } from '../text.js';
import { theoryOf, type Theory } from './utilisation.js';

/** Both ways of walking through a convolution's kernel, and which one the compiler takes. */
export interface TraversalChoice {
  readonly chosen: Traversal;
  readonly partKernel: Theory;
  readonly depthFirst: Theory;
  /** The compiler's rule does not take the faster one. */
  readonly slower: boolean;
  readonly sentence: string;
}

export const TRAVERSAL_NAMES: Readonly<Record<Traversal, string>> = {
  'part-kernel': 'part-kernel-first',
  'depth-first': 'depth-first',
  depthwise: 'depthwise',
};

const summary = ({ utilisation, macCycles }: Theory): string =>
  `${percentText(utilisation)} and ${grouped(macCycles)} cycles of MACs`;

/**
 * Compares the two traversals of a convolution; undefined for other classes. `op.traversal` is not looked at: what is
 * chosen is the compiler's own choice (docs/model/cycles-u55-u65.md#traversal), which counts IFM depth in steps of 8
 * while execution takes steps of 16 from 17 channels on, so that it can take the slower one.
 */
export function traversalChoice(op: TheoryOp, acc: U55Accelerator): TraversalChoice | undefined {
  if (op.opClass !== 'conv') return undefined;
  const chosen = convolutionTraversal(op.ifmDepth, op.kernelH * op.kernelW, op.ifmBits);
  const partKernel = theoryOf({ ...op, traversal: 'part-kernel' }, acc);
  const depthFirst = theoryOf({ ...op, traversal: 'depth-first' }, acc);
  const [taken, other, otherName] =
    chosen === 'part-kernel'
      ? ([partKernel, depthFirst, 'depth-first'] as const)
      : ([depthFirst, partKernel, 'part-kernel'] as const);
  const slower = taken.macCycles > other.macCycles * (1 + 1e-9);
  return {
    chosen,
    partKernel,
    depthFirst,
    slower,
    sentence:
      `the compiler chooses ${TRAVERSAL_NAMES[chosen]}, ${summary(taken)}` +
      `${slower ? ', although' : ';'} ${TRAVERSAL_NAMES[otherName]} would be ${summary(other)}`,
  };
}
