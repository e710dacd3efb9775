import type { Network } from '../../../src/graph/network.js';
import { elementsOf } from '../../../src/graph/shape.js';
import { createComparison, type ComparedQuality } from '../../../src/samples/measure.js';
import { selectSamples, type Samples } from '../../../src/samples/samples.js';
import type { DesignFigures } from '../figures.js';
import { wholeEvaluators } from '../whole-evaluator.js';
import { createFitting, type Fitting } from '../../emit/fit/fitting.js';
import { withUnchanged } from '../../emit/fit/changes.js';
import { createNoiseMeasure } from '../../emit/fit/noise.js';
import type { Space } from '../../space/space.js';

/** What designs are tried with. */
export interface TrialSetup {
  readonly space: Space;
  /** Weights are fitted to these. */
  readonly fit: Samples;
  /** Designs are measured on these, and never on the others. */
  readonly score: Samples;
}

/** What is wanted of a design of the space, with unchanged choices added: the noise of its outputs on some samples, or all that can be measured on all of them. */
export interface Question {
  readonly kind: 'noise' | 'quality';
  readonly digits: Uint16Array;
}

/** What a fitted design does. */
export interface Quality extends ComparedQuality {
  /** What the estimator says of the fitted network. */
  readonly figures: DesignFigures;
}

/** The answer to a question of its kind. */
export interface Answer {
  readonly noise?: number;
  readonly quality?: Quality;
}

/** Samples that tell the noise of one choice well enough. */
const MOST_NOISE_SAMPLES = 200;
/** Bytes of feature maps that are held at once, for the samples that designs are fitted to and told apart by. */
const MOST_BYTES = 2 ** 28;

/** Bytes of all feature maps of one sample. */
const bytesPerSample = ({ graphs: [{ tensors }] }: Network): number =>
  tensors.reduce(
    (sum, { constant, shape = [] }) => sum + (constant === undefined ? elementsOf(shape) : 0),
    0,
  );

const firstSamples = (samples: Samples, count: number): Samples =>
  samples.count <= count
    ? samples
    : selectSamples(
        samples,
        Array.from({ length: count }, (_, i) => i),
      );

/** Samples of each part whose feature maps are held at once; the others are for measuring finished designs. */
export const samplesHeld = ({
  space,
  fit,
  score,
}: TrialSetup): { readonly fit: number; readonly noise: number } => {
  const room = Math.max(10, Math.floor(MOST_BYTES / Math.max(1, bytesPerSample(space.network))));
  return { fit: Math.min(fit.count, room), noise: Math.min(score.count, MOST_NOISE_SAMPLES, room) };
};

/** Fits the weights of designs of a space, to as many samples as are held at once. */
export const fittingFor = (setup: TrialSetup): Fitting =>
  createFitting(withUnchanged(setup.space), firstSamples(setup.fit, samplesHeld(setup).fit));

/** Answers questions about the designs of a space: fits their weights and runs them. */
export const createTrials = (setup: TrialSetup): ((question: Question) => Answer) => {
  const { space, score } = setup;
  const { network } = space;
  const held = samplesHeld(setup);
  const fitting = fittingFor(setup);
  const noiseOf = createNoiseMeasure(network, firstSamples(score, held.noise));
  const comparison = createComparison(network, score);
  let fitted = network;
  const evaluator = wholeEvaluators(() => fitted)(space, 'known');
  return ({ kind, digits }) => {
    fitted = fitting.network(digits);
    if (kind === 'noise') return { noise: noiseOf(fitted) ?? NaN };
    return { quality: { ...comparison(fitted), figures: evaluator.evaluate(digits) } };
  };
};
