export { buildSpace, checkOptions, chooseSystems, type SpaceRequest } from './space/build-space.js';
export { METRIC_NAMES, type MetricName } from './metrics.js';
export type { Study, Table } from './rank/table.js';
export { constraintsOf, type Constraint, type ConstraintOptions } from './rank/constraints.js';
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
export { designFileName, emitDesign } from './emit/design-file.js';
export { nameDesign, type NamedDesign } from './emit/named-design.js';
export { describeDesign, type Applied } from './report/describe-design.js';
export { RETAINED_NOTE, retainedMeans, type RetainedMeans } from './emit/retained-weights.js';
export type { DesignFigures } from './evaluate/figures.js';
export { METHODS, parseMethod, type Plan, type Method } from './explore/methods.js';
export { hypervolume } from './front/hypervolume.js';
export { defaultObjectives, parseObjectives, type Objective } from './rank/objectives.js';
export { CSV_COLUMNS, rankingCsv, writeSweep } from './report/ranking-csv.js';
export { paretoRanks } from './front/pareto-ranks.js';
export type { Points } from './front/points.js';
export { pick, type Picked, type PickRequest } from './pick/pick.js';
export { parsePreference, PREFERENCES, type Preference } from './pick/preference.js';
export type { Coverage, Ranking } from './rank/ranking.js';
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
export { optionNames, STANDARD, type RetainedWeights } from './substitute/index.js';
export { planSweep, sweep, type Sweep, type SweepModel, type SweepRequest } from './explore/sweep.js';
export { findWidthGroups, type WidthGroup } from './space/width-groups.js';
