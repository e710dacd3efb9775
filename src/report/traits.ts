import type { NetworkTraits } from '../graph/traits.js';
import type { Json } from './json-value.js';

const floatSentence = ({ integerWeights }: NetworkTraits): string =>
  'float32 network; quantise it to int8' +
  (integerWeights ? ' (only its weights are integers: full integer quantisation is needed)' : '');

/** What a network is, where that keeps it from the NPU: words that may follow a colon. */
export function obstacleText(traits: NetworkTraits): string | undefined {
  if (traits.kind === 'float') return floatSentence(traits);
  return traits.kind === 'compiled'
    ? `already compiled for ${traits.compiledFor!}; pass the int8 network from before that`
    : undefined;
}

/** The same as data. */
export const traitsJson = (traits: NetworkTraits): { readonly [key: string]: Json } => ({
  kind: traits.kind,
  compiled_for: traits.compiledFor ?? null,
  dynamic_batch: traits.dynamicBatch,
  sentences: traitSentences(traits),
});

/** What there is to say of a network as a whole, in sentences without an end. */
export function traitSentences(traits: NetworkTraits): readonly string[] {
  const obstacle = obstacleText(traits);
  return [
    ...(obstacle === undefined ? [] : [obstacle]),
    ...(traits.dynamicBatch
      ? ['the batch is dynamic in the file, and the figures are for a batch of 1; convert with a fixed batch']
      : []),
  ];
}
