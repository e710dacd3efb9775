import type { LoweredOp, ScaleRecords } from '../lowering/operations.js';
import type { WeightArray } from '../weights/weight-array.js';

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
  const biases = `biases ${weights.shape[0]} ${records.bias}`;
  const offset = weights.part?.offset ?? 0;
  return { source, content: contentOf(weights, source), offset, records, biases };
}

/** What the operations of a program may have in common. */
export interface Sharing {
  /** Readers of each weight tensor that more than one operation reads. */
  readonly readers: ReadonlyMap<object, number>;
  /** Some operations have equal weights, maybe with other rescalings. */
  readonly weights: boolean;
  /** Biases that some operations have in common, so that their encoded tensors may be equal. */
  readonly biases: ReadonlySet<string>;
}

const NO_READERS: ReadonlyMap<object, number> = new Map();
const NO_BIASES: ReadonlySet<string> = new Set();

/** Looks for what the uses of several operations have in common. */
export function sharingOf(usesOf: readonly (readonly WeightUse[])[]): Sharing {
  const seen = new Set<object | string>();
  let readers: Map<object, number> | undefined;
  let weights = false;
  let biases: Set<string> | undefined;
  for (const uses of usesOf) {
    for (const use of uses) {
      if (seen.has(use.source)) {
        readers ??= new Map();
        readers.set(use.source, (readers.get(use.source) ?? 1) + 1);
      } else seen.add(use.source);
      if (use.records.rescaled) {
        if (seen.has(use.content)) weights = true;
        else seen.add(use.content);
      }
      if (seen.has(use.biases)) (biases ??= new Set()).add(use.biases);
      else seen.add(use.biases);
    }
  }
  return { readers: readers ?? NO_READERS, weights, biases: biases ?? NO_BIASES };
}
