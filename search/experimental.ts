/**
 * What explorers, evaluators and substitutions are made of. These exports may change in any version.
 *
 * @module
 */
export { tabulate } from './columns.js';
export { meeting, nearest } from './constraints.js';
export { appliedRecord, appliedText } from './emit/index.js';
export { unknownEnergy } from './energy.js';
export { createEvaluator, type Evaluator } from './evaluate/evaluator.js';
export {
  evaluateDesigns,
  openSession,
  type EvaluateOptions,
  type Results,
  type Session,
  type SessionOptions,
  type TableOptions,
} from './evaluate/pool.js';
export { chooseMethod } from './explore/choose.js';
export type { Exploration, Explorer, ExploreRequest } from './explore/explorer.js';
export { accountOf, type PickAccount } from './pick/account.js';
export { PICK_SCHEMA, pickRecord } from './pick/record.js';
export { coverage, rank } from './ranking.js';
export { sampleDesigns, type Sample } from './sample.js';
export { createApplier, parametersOf, type Applier } from './substitute/apply.js';
export { SUBSTITUTIONS, type Substitution } from './substitute/index.js';
