export { ParetouError, type ErrorKind } from './errors.js';
export {
  AREAS,
  type Area,
  type AreaTraffic,
  type Estimate,
  type Layer,
  type LayerDetail,
  type PerArea,
} from './estimate/types.js';
export { createEstimator, estimate, type EstimateOptions, type Estimator } from './estimate/estimate.js';
export type { Evaluation } from './estimate/evaluation.js';
export { fvpEstimate, type FvpEstimate, type FvpLayer, type FvpResult } from './fvp/fvp.js';
export type { FvpOptions } from './fvp/totals.js';
export type { LayerFeatures } from './fvp/features.js';
export type { FvpBound, LayerTerms } from './fvp/formula.js';
export type { Parameters as FvpParameters } from './fvp/parameters.js';
export { PROFILE_NAMES, type ProfileName } from './fvp/profiles.js';
export type { FvpClass } from './fvp/classes.js';
export type { Refusal } from './fvp/timing.js';
export { emitModel } from './graph/export.js';
export { importNetwork } from './graph/import.js';
export { loadNetwork } from './graph/load.js';
export type { Graph, Network, Operator, Quantisation, Tensor } from './graph/network.js';
export { traitsOf, type NetworkTraits } from './graph/traits.js';
export { ACCELERATORS, acceleratorByName, type Accelerator } from './npu/accelerators.js';
export { resolveSystem, type SystemRequest } from './npu/resolve.js';
export type { Memory, MemoryName, System } from './npu/system.js';
export { consoleReport } from './report/console.js';
export { estimateJson } from './report/json.js';
export { layersCsv } from './report/layers.js';
export { summaryCsv } from './report/summary.js';
export { readModel, writeModel, type TfliteModel } from './tflite/model.js';
