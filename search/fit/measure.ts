import type { Graph, Network, Quantisation } from '../../src/graph/network.js';
import type { Values } from '../../src/run/index.js';
import { createDraft } from './draft.js';
import { runOriginal, type Inputs } from './original.js';

/** How far a network's outputs are from the original's. */
export interface OutputDifference {
  /**
   * Mean squared difference of the outputs before softmax, over their variance: 0 for equal outputs, about 1 for outputs
   * that say nothing.
   */
  readonly noise: number;
  /** Share of the samples that both give the same class. */
  readonly agreement: number;
}

/** Runs networks of a space on samples and compares them with the original. */
export interface Comparer {
  readonly compare: (network: Network) => OutputDifference;
  /** Classes that the original gives the samples. */
  readonly classes: Int32Array;
}

const TO_PROBABILITIES: ReadonlySet<string> = new Set(['SOFTMAX', 'LOG_SOFTMAX', 'LOGISTIC']);
/** What may follow them without changing which output is the largest. */
const AFTER: ReadonlySet<string> = new Set(['RESHAPE', 'SQUEEZE', 'QUANTIZE', 'DEQUANTIZE']);

/** The tensor that an output is made of by a softmax or logistic at the end; the output itself where there is none. */
const beforeSoftmax = ({ operators }: Graph, output: number): number => {
  for (let t = output; ; ) {
    const writer = operators.find(({ outputs }) => outputs.includes(t));
    if (writer === undefined) return output;
    t = writer.inputs[0]!;
    if (TO_PROBABILITIES.has(writer.kind)) return t;
    if (!AFTER.has(writer.kind)) return output;
  }
};

const realValues = (values: Values, q: Quantisation | undefined): Float64Array => {
  const [scale, zeroPoint] = [q?.scales[0] ?? 1, q?.zeroPoints[0] ?? 0];
  return Float64Array.from(values, (value) => scale * (value - zeroPoint));
};

/** Variance of each element over the samples, added up. */
const totalVariance = (values: Float64Array, samples: number): number => {
  const size = values.length / samples;
  let total = 0;
  for (let i = 0; i < size; i++) {
    let [sum, squares] = [0, 0];
    for (let at = i; at < values.length; at += size) {
      sum += values[at]!;
      squares += values[at]! ** 2;
    }
    total += squares / samples - (sum / samples) ** 2;
  }
  return Math.max(0, total);
};

/** Index of the largest value of each sample, the first of equal ones. */
const classesOf = (values: Values, samples: number): Int32Array => {
  const size = values.length / samples;
  return Int32Array.from({ length: samples }, (_, s) => {
    let best = s * size;
    for (let i = best + 1; i < (s + 1) * size; i++) if (values[i]! > values[best]!) best = i;
    return best - s * size;
  });
};

/** Noise of one output: 0 where both are equal, even if the original's is always the same. */
const noiseOf = (before: Float64Array, after: Float64Array, samples: number): number => {
  const squares = before.reduce((sum, value, i) => sum + (value - after[i]!) ** 2, 0) / samples;
  return squares === 0 ? 0 : squares / totalVariance(before, samples);
};

/** Prepares samples: what the original gives for them. */
export const createComparer = (network: Network, samples: Inputs): Comparer => {
  const original = runOriginal(network, samples);
  const { graph } = original;
  const { count } = samples;
  const compared = graph.outputs.map((output) => {
    const tensor = beforeSoftmax(graph, output);
    return { tensor, values: realValues(original.values[tensor]!, graph.tensors[tensor]!.quantisation) };
  });
  const [output] = graph.outputs as [number];
  const wanted = new Set([output, ...compared.map(({ tensor }) => tensor)]);
  const classes = classesOf(original.values[output]!, count);
  return {
    classes,
    compare: ({ graphs: [{ operators, tensors }] }) => {
      const draft = createDraft(original, operators, tensors);
      const kept = new Map<number, Values>();
      operators.forEach((operator, i) => {
        draft.run(i, false);
        for (const t of operator.outputs) if (wanted.has(t)) kept.set(t, draft.values[t]!);
      });
      const noises = compared.map(({ tensor, values }) =>
        noiseOf(values, realValues(kept.get(tensor)!, tensors[tensor]!.quantisation), count),
      );
      const after = classesOf(kept.get(output)!, count);
      return {
        noise: noises.reduce((sum, noise) => sum + noise, 0) / noises.length,
        agreement: after.reduce((sum, c, i) => sum + (c === classes[i] ? 1 : 0), 0) / count,
      };
    },
  };
};
