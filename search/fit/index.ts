export { measureChangeLosses, type LossOptions } from './change-losses.js';
export { createFitting, whyNotFittable, type Fitting, type FittingOptions } from './fitting.js';
export type { LayerOptions, PlaceCounts } from './layer-facts.js';
export type { JobSetup } from './jobs.js';
export { openPool, type Pool } from './pool.js';
export type { Change } from './changes.js';
export type { Inputs } from './original.js';
