export { buildSpace, checkOptions, chooseSystems, type SpaceRequest } from './space/build-space.js';
export { tabulate, type Study, type Table } from './rank/table.js';
export {
  constraintsOf,
  meeting,
  nearest,
  type Constraint,
  type ConstraintOptions,
} from './rank/constraints.js';
export {
  changesOf,
  designId,
  digitsOf,
  formatSubstitutions,
  formatWidths,
  parseDesignId,
  parseSubstitutions,
  parseWidths,
  type Changes,
} from './space/changes.js';
export { designFileName, emitDesign, nameDesign, type NamedDesign } from './emit/index.js';
export {
  RETAINED_NOTE,
  retainedMeans,
  unknownRetained,
  type RetainedMeans,
} from './emit/retained-weights.js';
export { appliedRecord } from './report/apply-json.js';
export { appliedText } from './report/apply-text.js';
export { describeDesign, type Applied } from './report/describe-design.js';
export { METRICS, METRIC_NAMES, type Metric, type MetricName, type MetricRow } from './metrics.js';
export { createEvaluator, type Evaluator } from './evaluate/evaluator.js';
export type { DesignFigures } from './evaluate/figures.js';
export {
  evaluateDesigns,
  openSession,
  type EvaluateOptions,
  type Results,
  type Session,
  type SessionOptions,
  type RequestOptions,
} from './evaluate/session.js';
export { planMethod, METHODS, parseMethod, type Plan, type Method } from './explore/methods.js';
export type { Exploration, Explorer, ExploreRequest } from './explore/explorer.js';
export { hypervolume } from './front/hypervolume.js';
export { defaultObjectives, parseObjectives, type Objective } from './rank/objectives.js';
export { CSV_COLUMNS, rankingCsv, writeSweep } from './report/ranking-csv.js';
export { paretoRanks, type Points } from './front/pareto-ranks.js';
export { accountOf, type PickAccount } from './report/account/account.js';
export { pick, type Picked, type PickRequest } from './pick/pick.js';
export { parsePreference, PREFERENCES, type Preference } from './pick/preference.js';
export { PICK_SCHEMA, pickRecord } from './report/pick-json.js';
export { coverage, rank, type Coverage, type Ranking } from './rank/ranking.js';
export { sampleDesigns, type Sample } from './space/sample.js';
export { findSites, type Site } from './space/sites.js';
export { parseSpaceFile, readSpaceFile, type SpaceFile } from './space/space-file.js';
export {
  allDesigns,
  countDesigns,
  digitsAt,
  indexOf,
  rowOf,
  type Designs,
  type Digits,
  type Space,
} from './space/space.js';
export { createApplier, parametersOf, type Applier } from './emit/apply.js';
export {
  optionNames,
  STANDARD,
  SUBSTITUTIONS,
  type RetainedWeights,
  type Substitution,
} from './substitute/index.js';
export { planSweep, sweep, type Sweep, type SweepModel, type SweepRequest } from './sweep.js';
export { findWidthGroups, type WidthGroup } from './space/width-groups.js';
