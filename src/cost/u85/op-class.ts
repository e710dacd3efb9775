import type { OpKind } from '../../lowering/operations.js';
import type { U85Class } from '../../npu/u85-tables.js';

const ACTIVATIONS: readonly OpKind[] = [
  'Relu',
  'Relu6',
  'Relu0To1',
  'ReluN1To1',
  'ReluN',
  'Prelu',
  'Clamp',
  'Sigmoid',
  'Tanh',
  'LUT',
];

const KINDS: Readonly<Partial<Record<U85Class, readonly OpKind[]>>> = {
  conv: ['Conv2D'],
  depthwise: ['DepthwiseConv2D'],
  'vector-product': ['FullyConnected'],
  matmul: ['MatMul'],
  pool: [
    'MaxPool',
    'AvgPool',
    'SumPool',
    'NullPool',
    'Quantize',
    'MemoryCopy',
    'Transpose',
    'Reverse',
    'Rescale',
    ...ACTIVATIONS,
  ],
  'reduce-sum': ['ReduceSum'],
  'reduce-minmax': ['ReduceMin', 'ReduceMax', 'ReduceAny', 'ReduceAll'],
  argmax: ['ArgMax'],
  resize: ['Resize'],
  dma: ['Gather', 'Scatter'],
};

const CLASS_OF = new Map<OpKind, U85Class>(
  (Object.entries(KINDS) as [U85Class, readonly OpKind[]][]).flatMap(([opClass, kinds]) =>
    kinds.map((kind) => [kind, opClass] as const),
  ),
);

/**
 * The cost formulas that an operation follows on Ethos-U85 (docs/model/cycles-u85.md#cost-classes); what is not listed
 * is elementwise.
 */
export const u85ClassOf = (kind: OpKind): U85Class => CLASS_OF.get(kind) ?? 'elementwise';

/** The pooling unit works on each channel on its own, without an accumulation over depth. */
export const isPoolLike = (opClass: U85Class): boolean =>
  opClass === 'pool' || opClass === 'reduce-minmax' || opClass === 'argmax';

/** Weights and scales may be read: the classes whose OFM blocks each fetch them. */
export const readsWeights = (opClass: U85Class): boolean =>
  opClass === 'conv' || opClass === 'depthwise' || opClass === 'vector-product';

const NULL_POOLS: ReadonlySet<OpKind> = new Set<OpKind>([
  'NullPool',
  'MemoryCopy',
  'Rescale',
  'Transpose',
  'Reverse',
]);

/** Copies of wide elements, which count as bytes where a ublock is looked for. */
export const isNullPool = (kind: OpKind, ifmBits: number): boolean => ifmBits >= 32 && NULL_POOLS.has(kind);

const REORDERING: ReadonlySet<OpKind> = new Set<OpKind>([...ACTIVATIONS, 'Transpose', 'Reverse']);

/** Runs in the activation stage when it is part of a group (docs/model/cycles-u85.md#output-rate). */
export const isActivationStage = (kind: OpKind): boolean => REORDERING.has(kind);
