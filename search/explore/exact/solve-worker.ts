import type { AdditiveModel } from './additive-model.js';
import { solve, type Solution, type SolveOptions } from './eliminate.js';

/** What a worker is asked for. */
export interface SolveTask {
  readonly model: AdditiveModel;
  readonly options: SolveOptions;
}

/** Task of the pool: one model. */
const run = ({ model, options }: SolveTask): Solution => solve(model, options);

export default run;
