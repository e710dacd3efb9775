import type { TrialSetup } from '../../../search/evaluate/trial/trial.js';
import type { Space } from '../../../search/space/space.js';
import { selectSamples, type Samples } from '../../../src/samples/samples.js';
import { syntheticSamples } from '../../../src/samples/synthetic.js';

const COUNT = 20;

/** A space with samples that were made up: some to fit, as many others to score. */
export const trialSetup = (space: Space): TrialSetup => {
  const samples = syntheticSamples(space.network, 2 * COUNT, 3);
  const from = (first: number): Samples =>
    selectSamples(
      samples,
      Array.from({ length: COUNT }, (_, i) => first + i),
    );
  return { space, fit: from(0), score: from(COUNT) };
};
