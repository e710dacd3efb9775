import type { Network } from '../../../src/graph/network.js';
import { realValues, type Values } from '../../../src/run/index.js';
import { judgedOutputs } from '../../../src/samples/classes.js';
import { createNoiseMeter } from '../../../src/samples/quality.js';
import { createDraft } from './draft.js';
import { runOriginal, type Inputs } from './original.js';

/**
 * Prepares samples to measure the output noise of changed networks on: only what differs from the original is run
 * again. Noise is that of `measureAgainst`; undefined where the original's outputs do not vary.
 */
export const createNoiseMeasure = (
  network: Network,
  samples: Inputs,
): ((changed: Network) => number | undefined) => {
  const original = runOriginal(network, samples);
  const { graph } = original;
  const outputs = judgedOutputs(network).map(({ logits, elements }) => ({
    logits,
    elements,
    values: realValues(original.values[logits]!, graph.tensors[logits]!),
  }));
  const wanted = new Set(outputs.map(({ logits }) => logits));
  return ({ graphs: [{ operators, tensors }] }) => {
    const draft = createDraft(original, operators, tensors);
    const kept = new Map<number, Values>();
    operators.forEach((operator, i) => {
      draft.run(i, false);
      for (const t of operator.outputs) if (wanted.has(t)) kept.set(t, draft.values[t]!);
    });
    let sum = 0;
    for (const { logits, elements, values } of outputs) {
      const meter = createNoiseMeter(elements);
      meter.add(values, realValues(kept.get(logits)!, tensors[logits]!));
      const noise = meter.noise();
      if (noise === undefined) return undefined;
      sum += noise;
    }
    return sum / outputs.length;
  };
};
