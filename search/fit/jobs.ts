import { measureAgainst, type ComparedQuality } from '../../src/samples/measure.js';
import type { Samples } from '../../src/samples/samples.js';
import type { Digits, Space } from '../space/space.js';
import { digitsOfChange, withUnchanged, type Change } from './changes.js';
import { createFitting, type Fitting, type FittingOptions } from './fitting.js';
import { createNoiseMeasure } from './noise.js';

/** What all jobs on one space have in common. Plain data: it crosses to workers. */
export interface JobSetup {
  readonly space: Space;
  /** Weights are fitted to these, … */
  readonly fit: Samples;
  /** … and measured on these others. */
  readonly score: Samples;
  readonly fitting?: FittingOptions;
}

/** Does jobs one after another. Each result depends on the setup and the job, not on the jobs before. */
export interface Worker {
  /** Output noise of the network with one change, fitted; NaN where the original's outputs do not vary. */
  readonly noiseOf: (change: Change) => number;
  /** What a design is like on the samples to score with, fitted. */
  readonly qualityOf: (digits: Digits) => ComparedQuality;
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** What is needed for jobs is prepared with the first of them. */
export const createWorker = ({ space, fit, score, fitting: options }: JobSetup): Worker => {
  const whole = withUnchanged(space);
  const fitting = once((): Fitting => createFitting(whole, fit, options));
  const noise = once(() => createNoiseMeasure(space.network, score));
  return {
    noiseOf: (change) => noise()(fitting().network(digitsOfChange(whole, change))) ?? NaN,
    qualityOf: (digits) => measureAgainst(fitting().network(digits), space.network, score, () => undefined),
  };
};
