import { createEstimator } from '../../../src/estimate/estimate.js';
import type { Network } from '../../../src/graph/network.js';
import { addTo, sumBy } from '../../../src/groups.js';
import { FIGURE_COUNT, loadFigures, type DesignFigures } from '../../evaluate/figures.js';
import { evaluateDesigns, isWhole, type EvaluateOptions } from '../../evaluate/session.js';
import { designsOf, type Space, type SystemChoice, type WidthChoice } from '../../space/space.js';
import { findWidthGroups, type WidthGroup } from '../../space/width-groups.js';
import type { Curve, Point } from './curve.js';
import { familiesOf, rowsOf, type Family } from './families.js';
import { layersOf } from './layer-network.js';
import { ascending, pointOf, widthsAround } from './points.js';

/** What curves are asked for. */
export interface CurvesRequest {
  readonly network: Network;
  readonly systems: readonly SystemChoice[];
  readonly optimise: 'Performance' | 'Size';
  /** Channels fewer and more than today's, at most. */
  readonly around: number;
  /** How the designs of whole networks are evaluated. */
  readonly evaluate: EvaluateOptions;
}

/** The curves of a network on one system, in the order of the network. */
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
  /** All networks were estimated, or cannot be: nothing ended it early. */
  readonly whole: boolean;
}

/** The width groups of a network that may change, with what each may become, and which of them vary together. */
export interface GroupPlan {
  readonly groups: readonly WidthChoice[];
  readonly families: readonly Family[];
  readonly frozen: readonly WidthGroup[];
}

/** Which curves of width groups there are. */
export const planGroups = (network: Network, around: number): GroupPlan => {
  const all = findWidthGroups(network);
  const groups = all
    .filter(({ frozen }) => frozen === undefined)
    .map((group): WidthChoice => ({ group, widths: widthsAround(group.channels, around) }));
  return { groups, families: familiesOf(groups), frozen: all.filter(({ frozen }) => frozen !== undefined) };
};

/** Networks that are estimated for the curves of a plan on each system. */
export const networksOf = ({ groups, families }: GroupPlan): number =>
  families.reduce((sum, family) => sum + groups[family.groups[0]!]!.widths.length, 1);

/** Cycles of each operator of the unchanged network. */
export const cyclesByOperator = (
  network: Network,
  { system }: SystemChoice,
  optimise: CurvesRequest['optimise'],
): Map<number, number> =>
  sumBy(
    createEstimator().estimate(network, system, { optimise }).layers,
    ({ origin }) => origin,
    ({ cycles }) => cycles,
  );

/** Cycles of the operators that write or read the channels of a family. */
export const familyCycles = (
  { graphs: [{ operators }] }: Network,
  { groups }: GroupPlan,
  family: Family,
  cycles: ReadonlyMap<number, number>,
): number => {
  const tensors = new Set(family.groups.flatMap((g) => groups[g]!.group.tensors));
  return operators.reduce((sum, { inputs, outputs }, i) => {
    const touches = [...inputs, ...outputs].some((t) => tensors.has(t));
    return touches ? sum + (cycles.get(i) ?? 0) : sum;
  }, 0);
};

/**
 * Costs of a network by the numbers of channels around today's: of every width group, and of groups of the same width
 * together.
 * @throws if the network does not compile
 */
export const groupCurves = async (request: CurvesRequest, plan: GroupPlan): Promise<NetworkCurves> => {
  const { network, systems, optimise, evaluate } = request;
  const { groups, families, frozen } = plan;
  const space: Space = { network, sites: [], groups, systems, optimise };
  const rows = rowsOf(space, families);
  const unchanged = systems.map((_, system) =>
    new Uint16Array(groups.length + 1).with(groups.length, system),
  );
  const designs = designsOf([...unchanged, ...rows.map(({ row }) => row)], groups.length + 1);
  const results = await evaluateDesigns(space, designs, evaluate);
  const figuresAt = (row: number): DesignFigures | undefined =>
    results.known[row] === 1 ? loadFigures(results.figures.subarray(row * FIGURE_COUNT), 0) : undefined;
  const points = new Map<string, Point[]>();
  rows.forEach(({ family, row }, i) => {
    const figures = figuresAt(systems.length + i);
    if (figures === undefined) return;
    const first = families[family]!.groups[0]!;
    addTo(points, `${row.at(-1)!}/${family}`, pointOf(groups[first]!.widths[row[first]!]!, figures));
  });
  const operators = layersOf(network).map(({ operator }) => operator);
  return {
    systems: systems.flatMap((choice, system): SystemCurves[] => {
      const today = figuresAt(system);
      if (today === undefined) return [];
      const cycles = cyclesByOperator(network, choice, optimise);
      const curves = families.flatMap((family, f): Curve[] => {
        const own = family.groups.map((g) => groups[g]!.group);
        const { channels } = own[0]!;
        const found = ascending(points.get(`${system}/${f}`) ?? []);
        const ownCycles = familyCycles(network, plan, family, cycles);
        if (ownCycles === 0 || !found.some((point) => point.channels === channels)) return [];
        const written = operators.filter((i) => own.some((group) => group.operators.includes(i)));
        return [{ kind: family.kind, operators: written, channels, points: found, ownCycles }];
      });
      return [{ system: choice.system, curves, today }];
    }),
    frozen,
    interrupted: results.interrupted,
    whole: isWhole(designs, results),
  };
};
