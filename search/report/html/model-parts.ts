import type { ModelCliffs, ModelLayers, ModelReport } from '../../../report-html/contract.js';
import type { Network } from '../../../src/graph/network.js';
import { cliffsIn, noCliffs, type CliffsBounds } from './cliffs.js';
import { layersOf, noLayers } from './layers.js';

/** What a page shows of a model besides the designs of its report: computed from the model itself. */
export interface ModelParts {
  readonly layers: ModelLayers;
  readonly cliffs: ModelCliffs;
}

/** Computes what a page shows of a model. */
export const partsOf = async (
  network: Network,
  model: ModelReport,
  bounds: CliffsBounds = {},
): Promise<ModelParts> => ({
  layers: await layersOf(network, model),
  cliffs: await cliffsIn(network, model, bounds),
});

/** Says why none of it can be shown. */
export const noParts = (why: string): ModelParts => ({
  layers: noLayers(`Layers are not shown: ${why}.`),
  cliffs: noCliffs(`Cliffs are not shown: ${why}.`),
});
