/**
 * What explorers, evaluators and substitutions are made of. These exports may change in any version.
 *
 * @module
 */
export { tabulate } from './rank/table.js';
export { meeting, nearest } from './rank/constraints.js';
export { appliedRecord } from './report/apply-json.js';
export { appliedText } from './report/apply-text.js';
export { unknownRetained } from './emit/retained-weights.js';
export type { BatchEvaluator, CreateEvaluator, Detailed } from './evaluate/batch.js';
export { createEvaluator, type Evaluator } from './evaluate/evaluator.js';
export { loadCreateEvaluator } from './evaluate/load-evaluator.js';
export { wholeEvaluators } from './evaluate/whole-evaluator.js';
export {
  evaluateDesigns,
  openSession,
  type EvaluateOptions,
  type Results,
  type Session,
  type SessionOptions,
  type RequestOptions,
} from './evaluate/session.js';
export { EXPLORERS, planMethod } from './explore/methods.js';
export type { Advice, Exploration, Explorer, ExploreRequest, Stopped } from './explore/explorer.js';
export {
  createInterpreter,
  prepareOperator,
  whyNotRunnable,
  type Interpreter,
  type Kernel,
  type Values,
} from '../src/run/index.js';
export { accountOf, type AccountOptions, type PickAccount } from './report/account/account.js';
export { PICK_SCHEMA, pickRecord } from './report/pick-json.js';
export { coverage, rank } from './rank/ranking.js';
export { sampleDesigns, type Sample } from './space/sample.js';
export { createApplier, parametersOf, type Applier } from './emit/apply.js';
export { SUBSTITUTIONS, type Substitution } from './substitute/index.js';
