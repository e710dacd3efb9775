import { workerData } from 'piscina';
import { createTrials, type Answer, type Question, type TrialSetup } from './trial.js';

let answer: ((question: Question) => Answer) | undefined;

/** Task of the pool: one question. The space and the samples cross once, with the worker's start. */
const run = (question: Question): Answer => {
  answer ??= createTrials(workerData as TrialSetup);
  return answer(question);
};

export default run;
