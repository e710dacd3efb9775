export { buildSpace, checkOptions, chooseSystems, type SpaceRequest } from './build-space.js';
export { NUMBER_COLUMNS, tabulate, type NumberColumn, type Study, type Table } from './columns.js';
export { constraintsOf, meeting, nearest, type Constraint, type ConstraintOptions } from './constraints.js';
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
} from './design.js';
export {
  appliedRecord,
  appliedText,
  describeDesign,
  designFileName,
  emitDesign,
  nameDesign,
  type Applied,
  type NamedDesign,
} from './emit/index.js';
export { ENERGY_NOTE, energyWord, unknownEnergy, type EnergyWord } from './energy.js';
export { createEvaluator, type Evaluator } from './evaluate/evaluator.js';
export type { DesignFigures } from './evaluate/figures.js';
export {
  evaluateDesigns,
  openSession,
  type EvaluateOptions,
  type Results,
  type Session,
  type SessionOptions,
  type TableOptions,
} from './evaluate/pool.js';
export { chooseMethod, METHODS, parseMethod, type Choice, type Method } from './explore/choose.js';
export type { Exploration, Explorer, ExploreRequest } from './explore/explorer.js';
export { hypervolume } from './hypervolume.js';
export { defaultObjectives, parseObjectives, type Objective } from './objectives.js';
export { CSV_COLUMNS, rankingCsv, writeSweep } from './output.js';
export { paretoRanks, type Points } from './pareto.js';
export { accountOf, type PickAccount } from './pick/account.js';
export { pick, type Picked, type PickRequest } from './pick/pick.js';
export { parsePreference, PREFERENCES, type Preference } from './pick/preference.js';
export { PICK_SCHEMA, pickRecord } from './pick/record.js';
export { coverage, rank, type Coverage, type Ranking } from './ranking.js';
export { sampleDesigns, type Sample } from './sample.js';
export { findSites, type Site } from './sites.js';
export { parseSpaceFile, readSpaceFile, type SpaceFile } from './space-file.js';
export {
  allDesigns,
  countDesigns,
  digitsAt,
  indexOf,
  rowOf,
  type DesignTable,
  type Digits,
  type Space,
} from './space.js';
export { createApplier, parametersOf, type Applier } from './substitute/apply.js';
export {
  optionNames,
  STANDARD,
  SUBSTITUTIONS,
  type RetainedEnergy,
  type Substitution,
} from './substitute/index.js';
export { planSweep, sweep, type Sweep, type SweepModel, type SweepRequest } from './sweep.js';
export { findWidthGroups, type WidthGroup } from './widths.js';
