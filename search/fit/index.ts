export { changesOfSpace, digitsOfChange, withUnchanged, type Change } from './changes.js';
export { createFitting, whyNotFittable, type Fitting, type FittingOptions } from './fitting.js';
export type { LayerOptions, PlaceCounts } from './layer-facts.js';
export { createNoiseMeasure } from './noise.js';
export type { Inputs } from './original.js';
