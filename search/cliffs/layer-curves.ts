import { ParetouError } from '../../src/errors.js';
import type { Network } from '../../src/graph/network.js';
import { createEvaluator } from '../evaluate/evaluator.js';
import type { Space } from '../space/space.js';
import type { Curve, Point } from './curve.js';
import { layerNetwork, type LayerNetwork } from './layer-network.js';
import { ascending, pointOf, widthsAround } from './points.js';

/** A convolution or fully connected operator, as a network of its own. */
export interface AloneLayer extends LayerNetwork {
  readonly operator: number;
}

/** All of them, in the order of the network. */
export const layersOf = (network: Network): AloneLayer[] =>
  [...network.graphs[0].operators.keys()].flatMap((operator) => {
    const alone = layerNetwork(network, operator);
    return alone === undefined ? [] : [{ operator, ...alone }];
  });

/** What curves of layers are asked for. */
export interface LayerRequest extends Pick<Space, 'systems' | 'optimise'> {
  /** Channels fewer and more than today's, at most. */
  readonly around: number;
  readonly evaluate: { readonly signal?: AbortSignal };
}

/** The curves of a layer alone, by system; without those on which it takes no cycles or cannot be estimated. */
export const layerCurves = async (
  { operator, network, group }: AloneLayer,
  { systems, optimise, around, evaluate: { signal } }: LayerRequest,
  breathe: () => Promise<void>,
): Promise<(Curve | undefined)[]> => {
  const widths = widthsAround(group.channels, around);
  const evaluator = createEvaluator({ network, sites: [], groups: [{ group, widths }], systems, optimise });
  const curves: (Curve | undefined)[] = [];
  for (const system of systems.keys()) {
    const points: Point[] = [];
    for (const [digit, width] of widths.entries()) {
      if (signal?.aborted) return curves;
      await breathe();
      try {
        points.push(pointOf(width, evaluator.evaluate([digit, system])));
      } catch (error) {
        if (!(error instanceof ParetouError)) throw error;
      }
    }
    const { channels } = group;
    const ownCycles = points.find((point) => point.channels === channels)?.cycles ?? 0;
    curves[system] =
      ownCycles === 0
        ? undefined
        : { kind: 'layer', operators: [operator], channels, points: ascending(points), ownCycles };
  }
  return curves;
};
