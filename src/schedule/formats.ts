import { roundUp } from '../cost/integers.js';
import type { Format } from '../cost/operation.js';
import { ELEMENT_BITS } from '../graph/network.js';
import type { FeatureMap, LoweredOp, View } from '../lowering/operations.js';
import { FAMILIES } from '../lowering/families/families.js';
import type { Family } from '../npu/family.js';

/** One operation's use of a tensor. */
export interface Connection {
  readonly op: LoweredOp;
  readonly view: View;
}

/** Everything that touches one tensor. */
export interface TensorUse {
  readonly tensor: FeatureMap;
  readonly producers: Connection[];
  readonly consumers: Connection[];
}

const LINEAR_ONLY = new Set(['Gather', 'Scatter', 'Passthrough']);
const MAX_ELEMENTS = 2 ** 31 - 1;

const alignedOffset = ({ view }: Connection): boolean => (view.slice?.offset[3] ?? 0) % 16 === 0;

/** Rules that hold on Ethos-U55 and Ethos-U65 only (docs/model/scheduling.md#formats, rules 5 and 8). */
function hasLinearOperation({ producers, consumers }: TensorUse): boolean {
  return (
    producers.some(
      ({ op, view }) =>
        op.kind === 'Transpose' ||
        op.kind === 'MatMul' ||
        view.reversed !== undefined ||
        (op.kind === 'MemoryCopy' && ELEMENT_BITS[view.tensor.type] > 16),
    ) ||
    consumers.some(
      ({ op, view }) =>
        op.kind === 'Transpose' ||
        op.kind === 'MatMul' ||
        view.reversed !== undefined ||
        (op.kind === 'MemoryCopy' && ELEMENT_BITS[op.ofms[0]!.tensor.type] > 16),
    )
  );
}

/** All connections agree on width and depth, so that bricks mean the same to everybody (rule 6). */
function shapesAgree({ producers, consumers }: TensorUse): boolean {
  const [first] = producers.length > 0 ? producers : consumers;
  if (first === undefined) return true;
  const [, , w, c] = first.view.shape;
  const same = (shape: View['shape']): boolean => shape[2] === w && shape[3] === c;
  return (
    producers.every(({ view }) => same(view.shape)) &&
    consumers.every(({ view }) => same(view.shape) && same(view.slice?.shape ?? view.shape))
  );
}

/** Format in which a feature map is stored; docs/model/scheduling.md#formats. */
export function tensorFormat(use: TensorUse, family: Family): Format {
  const { tensor, producers, consumers } = use;
  const touching = [...producers, ...consumers];
  const [n, h, w, c] = tensor.shape;
  const linear =
    tensor.constant !== undefined ||
    tensor.persistent ||
    tensor.graphInput ||
    tensor.graphOutput ||
    touching.length === 0 ||
    touching.some(({ op }) => LINEAR_ONLY.has(op.kind)) ||
    n * h * w * roundUp(c, 16) > MAX_ELEMENTS ||
    !touching.every(alignedOffset) ||
    (FAMILIES[family].linearOperations && hasLinearOperation(use)) ||
    !shapesAgree(use) ||
    (ELEMENT_BITS[tensor.type] === 32 && consumers.some(({ op }) => op.kind === 'ReduceSum')) ||
    producers.some(({ view }) => view.reversed === 'C') ||
    touching.some(({ view }) => (view.step?.[1] ?? 1) !== 1);
  return linear ? 'NHWC' : 'NHCWB16';
}

/** Bytes of a feature map in memory, a multiple of 16. */
export function storedBytes(tensor: FeatureMap, format: Format): number {
  const [n, h, w, c] = tensor.shape;
  const elements = n * h * w * (format === 'NHCWB16' ? roundUp(c, 16) : c);
  return roundUp(Math.ceil((elements * ELEMENT_BITS[tensor.type]) / 8), 16);
}
