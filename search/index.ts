export { buildSpace, checkOptions, chooseSystems, type SpaceRequest } from './build-space.js';
export { NUMBER_COLUMNS, type NumberColumn, type Study, type Table } from './columns.js';
export { constraintsOf, type Constraint, type ConstraintOptions } from './constraints.js';
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
  describeDesign,
  designFileName,
  emitDesign,
  nameDesign,
  type Applied,
  type NamedDesign,
} from './emit/index.js';
export { ENERGY_NOTE, energyWord, type EnergyWord } from './energy.js';
export type { DesignFigures } from './evaluate/figures.js';
export { METHODS, parseMethod, type Choice, type Method } from './explore/choose.js';
export { hypervolume } from './hypervolume.js';
export { defaultObjectives, parseObjectives, type Objective } from './objectives.js';
export { CSV_COLUMNS, rankingCsv, writeSweep } from './output.js';
export { paretoRanks, type Points } from './pareto.js';
export { pick, type Picked, type PickRequest } from './pick/pick.js';
export { parsePreference, PREFERENCES, type Preference } from './pick/preference.js';
export type { Coverage, Ranking } from './ranking.js';
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
export { optionNames, STANDARD, type RetainedEnergy } from './substitute/index.js';
export { planSweep, sweep, type Sweep, type SweepModel, type SweepRequest } from './sweep.js';
export { findWidthGroups, type WidthGroup } from './widths.js';
