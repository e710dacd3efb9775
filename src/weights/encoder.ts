import { getOrMake } from '../lazy.js';
import type { WeightArray } from './weight-array.js';
import type { Encoder, Encoding, StreamLayout, U85Encoder, U85StreamLayout } from './encoding.js';
import { assemble, type Plan, u55Plan, u85Plan } from './plan.js';
import type { Section } from './sections.js';
import type { StreamSlice } from './stream-order.js';
import { isTwoOfFourSparse, mustBeTwoOfFourSparse } from './two-of-four.js';

/**
 * Sizes of `weights` encoded for Ethos-U55/U65 in the depth slices between successive `boundaries` (the first is 0,
 * the last the number of output channels). Keeps nothing; see `createEncoders`.
 */
export const encodeWeights: Encoder = (weights, layout, boundaries) => {
  const { statistics } = weights;
  const plan = u55Plan(weights.shape, layout);
  if (statistics !== undefined) return assemble(plan, boundaries, (slice) => plan.predict(statistics, slice));
  const values = weights.values();
  return assemble(plan, boundaries, (slice) => plan.encode(values, slice));
};

/** The same for Ethos-U85; undefined where the sparse format is asked for and the weights need not be 2:4 sparse. */
export const encodeU85: U85Encoder = (weights, layout, boundaries) => {
  const { statistics } = weights;
  const plan = u85Plan(weights.shape, layout);
  if (statistics !== undefined) {
    if (layout.sparse && !mustBeTwoOfFourSparse(weights.shape[3])) return undefined;
    return assemble(plan, boundaries, (slice) => plan.predict(statistics, slice));
  }
  const values = weights.values();
  if (layout.sparse && !isTwoOfFourSparse(values, weights.shape[3])) return undefined;
  return assemble(plan, boundaries, (slice) => plan.encode(values, slice));
};

/** Gives the values of weight arrays, those of the last one without computing them again, in memory of its own. */
const valueReader = (): ((weights: WeightArray) => Int16Array) => {
  let buffer = new Int16Array(0);
  let lastKey: string | undefined;
  let lastValues: Int16Array = buffer;
  return (weights) => {
    if (lastKey !== weights.key) {
      const [outputs, height, width, depth] = weights.shape;
      const length = outputs * height * width * depth;
      if (buffer.length < length) buffer = new Int16Array(Math.max(length, 2 * buffer.length));
      lastValues = weights.values(buffer);
      lastKey = weights.key;
    }
    return lastValues;
  };
};

/** A number that two layouts share only where they are equal. */
const layoutCode = (layout: StreamLayout): number => {
  const traversal = layout.traversal === 'depth-first' ? 0 : layout.traversal === 'part-kernel' ? 1 : 2;
  let code = layout.blockDepth * 4 + traversal;
  code = code * 8 + layout.cores;
  code = code * 128 + layout.ofmUblockDepth;
  code = code * 128 + layout.ifmUblockDepth;
  code = code * 64 + layout.ifmBits;
  return code * 100 + Math.min(layout.dilationH, 9) * 10 + Math.min(layout.dilationW, 9);
};

/** A text that two layouts share only where they are equal. */
const u85LayoutCode = (layout: U85StreamLayout): string => {
  const { traversal, blockDepth, ifmBlockDepth, ofmUblockDepth, macs, cores, ifmBits, sparse, fast } = layout;
  const config = `${traversal} ${blockDepth} ${ifmBlockDepth} ${ofmUblockDepth} ${macs} ${cores} ${ifmBits}`;
  const { dilationH, dilationW, strideH, strideW } = layout;
  return `${config} ${dilationH} ${dilationW} ${strideH} ${strideW} ${+sparse} ${+fast}`;
};

/** What is known about one weight array. */
interface Known {
  /** By layout and boundaries. */
  readonly encodings: Map<number | string, Map<string, Encoding>>;
  /** By plan and slice. */
  readonly sections: Map<string, Section>;
  twoOfFour?: boolean;
}

const sliceKey = ({ first, step, channels, blockDepth, group }: StreamSlice): string =>
  `${first},${step},${channels},${blockDepth},${group}`;

/** Encoders of both families. */
export interface Encoders {
  readonly u55: Encoder;
  readonly u85: U85Encoder;
}

/**
 * Encoders that remember what they have computed, per encoding and per section, by the keys of the weights. They hold
 * the values of the last array only, both the same.
 */
export const createEncoders = (): Encoders => {
  const known = new Map<string, Known>();
  const valuesOf = valueReader();
  const knownOf = (weights: WeightArray): Known =>
    getOrMake(known, weights.key, () => ({ encodings: new Map(), sections: new Map() }));

  const encode = (
    weights: WeightArray,
    entry: Known,
    code: number | string,
    boundaries: readonly number[],
    makePlan: () => Plan,
  ): Encoding => {
    const sliced = getOrMake(entry.encodings, code, () => new Map<string, Encoding>());
    return getOrMake(sliced, boundaries.length === 2 ? '' : boundaries.join(), () => {
      const plan = makePlan();
      return assemble(plan, boundaries, (slice) =>
        getOrMake(entry.sections, `${plan.key};${sliceKey(slice)}`, () =>
          weights.statistics === undefined
            ? plan.encode(valuesOf(weights), slice)
            : plan.predict(weights.statistics, slice),
        ),
      );
    });
  };

  return {
    u55: (weights, layout, boundaries) =>
      encode(weights, knownOf(weights), layoutCode(layout), boundaries, () => u55Plan(weights.shape, layout)),
    u85: (weights, layout, boundaries) => {
      const entry = knownOf(weights);
      if (layout.sparse) {
        entry.twoOfFour ??=
          weights.statistics === undefined
            ? isTwoOfFourSparse(valuesOf(weights), weights.shape[3])
            : mustBeTwoOfFourSparse(weights.shape[3]);
        if (!entry.twoOfFour) return undefined;
      }
      const code = u85LayoutCode(layout);
      return encode(weights, entry, code, boundaries, () => u85Plan(weights.shape, layout));
    },
  };
};

/** The encoder of `createEncoders` for Ethos-U55/U65 alone. */
export const createEncoder = (): Encoder => createEncoders().u55;
