import type { LoweredOp, ScaleRecords } from '../lowering/operations.js';
import type { WeightArray } from '../weights/weight-array.js';
import { NumberSet } from './number-set.js';

/** The weights of one operation, as far as others may have them as well. */
export interface WeightUse {
  /** Number of the tensor that they come from. */
  readonly source: number;
  /** Equal for equal weights of the same shape and the same part of their tensor. */
  readonly content: string;
  /** First filter in their tensor. */
  readonly offset: number;
  readonly records: ScaleRecords;
  /** Encoded tensors that differ in it are never equal. */
  readonly biases: string;
  /** Hashes of `content` and `biases`. */
  readonly contentHash: number;
  readonly biasesHash: number;
}

const SOURCES = new WeakMap<object, number>();
let sources = 0;

function numberOf(source: object): number {
  let number = SOURCES.get(source);
  if (number === undefined) SOURCES.set(source, (number = sources++));
  return number;
}

/** Known weights are told apart by their contents, unknown ones by where they will be. */
const contentOf = ({ predicted, key }: WeightArray, source: number): string =>
  predicted ? `unknown ${source} ${key}` : key;

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  return hash;
}

type Identity = Pick<WeightUse, 'source' | 'content' | 'contentHash'>;

const IDENTITIES = new WeakMap<WeightArray, Identity>();

function identityOf(weights: WeightArray): Identity {
  let identity = IDENTITIES.get(weights);
  if (identity === undefined) {
    const source = numberOf(weights.source ?? weights);
    const content = contentOf(weights, source);
    IDENTITIES.set(weights, (identity = { source, content, contentHash: hashOf(content) }));
  }
  return identity;
}

/** The weights that an operation uses; undefined without. */
export function weightUseOf({ weights, records }: LoweredOp): WeightUse | undefined {
  if (weights === undefined || records === undefined) return undefined;
  const { source, content, contentHash } = identityOf(weights);
  const biases = `${weights.shape[0]} ${records.bias}`;
  const offset = weights.part?.offset ?? 0;
  return { source, content, offset, records, biases, contentHash, biasesHash: hashOf(biases) };
}

/** What the operations of a program may have in common. */
export interface Sharing {
  /** Readers of each weight tensor that more than one operation reads. */
  readonly readers: ReadonlyMap<number, number>;
  /** Some operations may have equal weights, and maybe other rescalings. */
  readonly weights: boolean;
  /** Hashes of the biases that some operations have in common, so that their encoded tensors may be equal. */
  readonly biases: ReadonlySet<number>;
}

const NO_READERS: ReadonlyMap<number, number> = new Map();
const NO_BIASES: ReadonlySet<number> = new Set();

const seenSources = new NumberSet();
const seenContents = new NumberSet();
const seenBiases = new NumberSet();

/** Looks for what the uses of several operations have in common. */
export function sharingOf(usesOf: readonly (readonly WeightUse[])[]): Sharing {
  for (const seen of [seenSources, seenContents, seenBiases]) seen.clear();
  let readers: Map<number, number> | undefined;
  let weights = false;
  let biases: Set<number> | undefined;
  for (const uses of usesOf) {
    for (const { source, contentHash, biasesHash, records } of uses) {
      if (!seenSources.add(source)) {
        readers ??= new Map();
        readers.set(source, (readers.get(source) ?? 1) + 1);
      }
      if (records.rescaled && !seenContents.add(contentHash)) weights = true;
      if (!seenBiases.add(biasesHash)) (biases ??= new Set()).add(biasesHash);
    }
  }
  return { readers: readers ?? NO_READERS, weights, biases: biases ?? NO_BIASES };
}
