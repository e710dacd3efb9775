import { zerosLike, type Values } from '../run/index.js';

/** Inputs of a network, and what they show where that is known. */
export interface Samples {
  readonly count: number;
  /** One per graph input, in the graph's order and of its type: the elements of one sample after those of another. */
  readonly inputs: readonly Values[];
  /** The class of each sample, where there are labels. */
  readonly labels?: Int32Array;
  /** Where they come from, for messages and records. */
  readonly source: string;
}

/** Fewer samples than this say next to nothing about a network. */
export const LEAST_SAMPLES = 20;

/** Some of the samples, in the order of the indices. */
export function selectSamples(samples: Samples, indices: readonly number[]): Samples {
  const { inputs, labels, source, count } = samples;
  return {
    count: indices.length,
    inputs: inputs.map((values) => {
      const size = values.length / count;
      const selected = zerosLike(values, indices.length * size);
      indices.forEach((from, to) => selected.set(values.subarray(from * size, (from + 1) * size), to * size));
      return selected;
    }),
    ...(labels !== undefined && { labels: Int32Array.from(indices, (i) => labels[i]!) }),
    source,
  };
}
