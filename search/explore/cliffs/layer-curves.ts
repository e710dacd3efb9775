import { ParetouError } from '../../../src/errors.js';
import { createEvaluator } from '../../evaluate/evaluator.js';
import type { Curve, Point } from './curve.js';
import type { CurvesRequest } from './group-curves.js';
import type { LayerNetwork } from './layer-network.js';
import { ascending, pointOf, widthsAround } from './points.js';

/** The curves of a layer alone, by system; without those on which it takes no cycles or cannot be estimated. */
export const layerCurves = async (
  { operator, network, group }: LayerNetwork,
  { systems, optimise, around, evaluate: { signal } }: CurvesRequest,
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
