import { createBreath } from '../../evaluate/breathe.js';
import type { Curve } from './curve.js';
import {
  groupCurves,
  networksOf,
  planGroups,
  type CurvesRequest,
  type NetworkCurves,
} from './group-curves.js';
import { layerCurves } from './layer-curves.js';
import { layersOf } from './layer-network.js';

/** What cliffs are asked for. */
export interface CliffsRequest extends CurvesRequest {
  readonly onProgress?: (finished: number, total: number) => void;
}

/**
 * Costs of a network by the numbers of channels around today's: of every width group, of groups of the same width
 * together, and of every convolution and fully connected operator alone.
 * @throws if the network does not compile
 */
export const findCliffs = async (request: CliffsRequest): Promise<NetworkCurves> => {
  const { network, systems, around, evaluate, onProgress } = request;
  const plan = planGroups(network, around);
  const layers = layersOf(network);
  const designs = systems.length * networksOf(plan);
  const total = designs + layers.length;
  const progress = { onProgress: (finished: number): void => onProgress?.(finished, total) };
  const found = await groupCurves({ ...request, evaluate: { ...evaluate, ...progress } }, plan);
  const breathe = createBreath();
  const alone: (Curve | undefined)[][] = [];
  for (const layer of layers) {
    if (evaluate.signal?.aborted) break;
    alone.push(await layerCurves(layer, request, breathe));
    onProgress?.(designs + alone.length, total);
  }
  const codes = systems.map(({ system }) => system);
  return {
    ...found,
    systems: found.systems.map((each) => {
      const at = codes.indexOf(each.system);
      return { ...each, curves: [...each.curves, ...alone.flatMap((bySystem) => bySystem[at] ?? [])] };
    }),
    interrupted: found.interrupted || evaluate.signal?.aborted === true,
  };
};
