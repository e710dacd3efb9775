import type { LoweredOp, ScaleRecords, WeightArray } from '../lowering/operations.js';

/** The weights of one operation, as far as others may have them as well. */
export interface WeightUse {
  /** The tensor that they come from. */
  readonly source: object;
  /** Equal for equal weights of the same shape and the same part of their tensor. */
  readonly content: string;
  /** First filter in their tensor. */
  readonly offset: number;
  readonly records: ScaleRecords;
  /** Encoded tensors that differ in it are never equal. */
  readonly biases: string;
}

const UNKNOWN = new WeakMap<object, number>();
let unknowns = 0;

/** Known weights are told apart by their contents, unknown ones by where they will be. */
function contentOf(weights: WeightArray, source: object): string {
  if (!weights.predicted) return weights.key;
  let number = UNKNOWN.get(source);
  if (number === undefined) UNKNOWN.set(source, (number = unknowns++));
  return `unknown ${number} ${weights.key}`;
}

/** The weights that an operation uses; undefined without. */
export function weightUseOf({ weights, records }: LoweredOp): WeightUse | undefined {
  if (weights === undefined || records === undefined) return undefined;
  const source = weights.source ?? weights;
  const biases = `${weights.shape[0]} ${records.bias}`;
  const offset = weights.part?.offset ?? 0;
  return { source, content: contentOf(weights, source), offset, records, biases };
}

/** What the operations of a program have in common. */
export interface Sharing {
  /** Readers of each weight tensor that more than one operation reads. */
  readonly readers: ReadonlyMap<object, number>;
  /** Encoded tensors of two operations may be one. */
  readonly possible: boolean;
}

const NO_READERS: ReadonlyMap<object, number> = new Map();

/** Looks for what several uses have in common. */
export function sharingOf(uses: Iterable<WeightUse>): Sharing {
  const sources = new Set<object>();
  const contents = new Set<string>();
  const biases = new Set<string>();
  let readers: Map<object, number> | undefined;
  let count = 0;
  for (const use of uses) {
    count++;
    if (sources.has(use.source)) {
      readers ??= new Map();
      readers.set(use.source, (readers.get(use.source) ?? 1) + 1);
    } else sources.add(use.source);
    contents.add(use.content);
    biases.add(use.biases);
  }
  return {
    readers: readers ?? NO_READERS,
    possible: contents.size < count || biases.size < count,
  };
}
