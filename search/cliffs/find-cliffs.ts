import { createEstimator, type Estimator } from '../../src/estimate/estimate.js';
import type { Network } from '../../src/graph/network.js';
import { createBreath } from '../evaluate/breathe.js';
import { FIGURE_COUNT, loadFigures, type DesignFigures } from '../evaluate/figures.js';
import { evaluateDesigns, type EvaluateOptions } from '../evaluate/session.js';
import { designsOf, type Space, type SystemChoice, type WidthChoice } from '../space/space.js';
import { findWidthGroups, type WidthGroup } from '../space/width-groups.js';
import type { Curve, Point } from './curve.js';
import { familiesOf, rowsOf } from './families.js';
import { layerCurves, layersOf } from './layer-curves.js';
import { ascending, pointOf, widthsAround } from './points.js';

/** What curves are asked for. */
export interface CliffsRequest {
  readonly network: Network;
  readonly systems: readonly SystemChoice[];
  readonly optimise: 'Performance' | 'Size';
  /** Channels fewer and more than today's, at most. */
  readonly around: number;
  /** How the designs of whole networks are evaluated. */
  readonly evaluate: EvaluateOptions;
  readonly onProgress?: (finished: number, total: number) => void;
}

/** The curves of a network on one system: widths, groups, layers, each in the order of the network. */
export interface SystemCurves {
  readonly system: SystemChoice['system'];
  readonly curves: readonly Curve[];
  /** Of the unchanged network. */
  readonly today: DesignFigures;
}

/** All that is known of a network's numbers of channels. */
export interface NetworkCurves {
  readonly systems: readonly SystemCurves[];
  /** Width groups that cannot change, with the reason. */
  readonly frozen: readonly WidthGroup[];
  readonly interrupted: boolean;
}

/** Cycles of each operator of the unchanged network. */
const cyclesByOperator = (
  estimator: Estimator,
  network: Network,
  { system }: SystemChoice,
  optimise: CliffsRequest['optimise'],
): Map<number, number> => {
  const cycles = new Map<number, number>();
  for (const layer of estimator.estimate(network, system, { optimise }).layers)
    cycles.set(layer.origin, (cycles.get(layer.origin) ?? 0) + layer.cycles);
  return cycles;
};

/** Operators that write or read a feature map of some groups. */
const touching = ({ graphs: [graph] }: Network, groups: readonly WidthGroup[]): number[] => {
  const tensors = new Set(groups.flatMap((group) => group.tensors));
  return [...graph.operators.keys()].filter((i) => {
    const { inputs, outputs } = graph.operators[i]!;
    return [...inputs, ...outputs].some((t) => tensors.has(t));
  });
};

/**
 * Costs of a network by the numbers of channels around today's: of every width group, of groups of the same width
 * together, and of every convolution and fully connected operator alone.
 * @throws if the network does not compile
 */
export const findCliffs = async (request: CliffsRequest): Promise<NetworkCurves> => {
  const { network, systems, optimise, around, evaluate, onProgress } = request;
  const all = findWidthGroups(network);
  const groups = all
    .filter(({ frozen }) => frozen === undefined)
    .map((group): WidthChoice => ({ group, widths: widthsAround(group.channels, around) }));
  const space: Space = { network, sites: [], groups, systems, optimise };
  const families = familiesOf(groups);
  const rows = rowsOf(space, families);
  const unchanged = systems.map((_, system) =>
    new Uint16Array(groups.length + 1).with(groups.length, system),
  );
  const designs = designsOf([...unchanged, ...rows.map(({ row }) => row)], groups.length + 1);
  const layers = layersOf(network);
  const total = designs.count + layers.length;
  const results = await evaluateDesigns(space, designs, {
    ...evaluate,
    onProgress: (finished) => onProgress?.(finished, total),
  });
  const breathe = createBreath();
  const alone: (Curve | undefined)[][] = [];
  for (const layer of layers) {
    if (evaluate.signal?.aborted) break;
    alone.push(await layerCurves(layer, request, breathe));
    onProgress?.(designs.count + alone.length, total);
  }
  const figuresAt = (row: number): DesignFigures | undefined =>
    results.known[row] === 1 ? loadFigures(results.figures.subarray(row * FIGURE_COUNT), 0) : undefined;
  const estimator = createEstimator();
  const points = new Map<string, Point[]>();
  rows.forEach(({ family, row }, i) => {
    const figures = figuresAt(systems.length + i);
    if (figures === undefined) return;
    const first = families[family]!.groups[0]!;
    const key = `${row.at(-1)!}/${family}`;
    points.set(key, [...(points.get(key) ?? []), pointOf(groups[first]!.widths[row[first]!]!, figures)]);
  });
  return {
    systems: systems.flatMap((choice, system): SystemCurves[] => {
      const figures = figuresAt(system);
      if (figures === undefined) return [];
      const cycles = cyclesByOperator(estimator, network, choice, optimise);
      const curves = families.flatMap(({ kind, groups: members }, family): Curve[] => {
        const own = members.map((g) => groups[g]!.group);
        const { channels } = own[0]!;
        const found = ascending(points.get(`${system}/${family}`) ?? []);
        const ownCycles = touching(network, own).reduce((sum, i) => sum + (cycles.get(i) ?? 0), 0);
        if (ownCycles === 0 || !found.some((point) => point.channels === channels)) return [];
        const operators = layers.flatMap(({ operator }) =>
          own.some((group) => group.operators.includes(operator)) ? [operator] : [],
        );
        return [{ kind, operators, channels, points: found, ownCycles }];
      });
      const layerOnes = alone.flatMap((bySystem) => bySystem[system] ?? []);
      return [{ system: choice.system, curves: [...curves, ...layerOnes], today: figures }];
    }),
    frozen: all.filter(({ frozen }) => frozen !== undefined),
    interrupted: results.interrupted || evaluate.signal?.aborted === true,
  };
};
