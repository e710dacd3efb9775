import { ParetouError } from '../../src/errors.js';
import { createEstimator } from '../../src/estimate/estimate.js';
import type { Network } from '../../src/graph/network.js';
import { createBreath } from '../evaluate/breathe.js';
import { createEvaluator } from '../evaluate/evaluator.js';
import { FIGURE_COUNT, loadFigures, type DesignFigures } from '../evaluate/figures.js';
import { evaluateDesigns, type EvaluateOptions } from '../evaluate/session.js';
import { designsOf, type Space, type SystemChoice, type WidthChoice } from '../space/space.js';
import { findWidthGroups, type WidthGroup } from '../space/width-groups.js';
import type { Curve, CurveKind, Point } from './curve.js';
import { layerNetwork, type LayerNetwork } from './layer-network.js';

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

/** Numbers of channels around one, which comes first. */
export const widthsAround = (channels: number, around: number): number[] => {
  const from = Math.max(1, channels - around);
  const all = Array.from({ length: channels + around - from + 1 }, (_, i) => from + i);
  return [channels, ...all.filter((width) => width !== channels)];
};

const pointOf = (channels: number, figures: DesignFigures): Point => ({
  channels,
  cycles: figures.cycles_total,
  sramUsed: figures.sram_memory_used_bytes,
  sramMoved: figures.sram_total_bytes,
  externalMoved: figures.external_total_bytes,
});

const ascending = (points: Point[]): Point[] => points.sort((a, b) => a.channels - b.channels);

/** A set of width groups that vary together, by their positions in the space. */
interface Family {
  readonly kind: CurveKind;
  readonly groups: readonly number[];
}

/** Every group alone, after every number of channels that several groups have. */
const familiesOf = (groups: readonly WidthChoice[]): Family[] => {
  const byWidth = new Map<number, number[]>();
  groups.forEach(({ group }, g) => byWidth.set(group.channels, [...(byWidth.get(group.channels) ?? []), g]));
  return [
    ...[...byWidth.values()].flatMap((same): Family[] =>
      same.length > 1 ? [{ kind: 'width', groups: same }] : [],
    ),
    ...groups.map((_, g): Family => ({ kind: 'group', groups: [g] })),
  ];
};

/** Cycles of each operator of the unchanged network. */
const cyclesByOperator = (
  network: Network,
  { system }: SystemChoice,
  optimise: CliffsRequest['optimise'],
): Map<number, number> => {
  const cycles = new Map<number, number>();
  for (const layer of createEstimator().estimate(network, system, { optimise }).layers)
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

/** A row per system, family and width: the network as it is but for these groups. */
const rowsOf = (space: Space, families: readonly Family[]): { family: number; row: Uint16Array }[] =>
  space.systems.flatMap((_, system) =>
    families.flatMap(({ groups }, family) =>
      space.groups[groups[0]!]!.widths.map((_, digit) => {
        const row = new Uint16Array(space.groups.length + 1);
        for (const g of groups) row[g] = digit;
        row[space.groups.length] = system;
        return { family, row };
      }),
    ),
  );

/** A convolution or fully connected operator, as a network of its own. */
interface AloneLayer extends LayerNetwork {
  readonly operator: number;
}

const layersOf = (network: Network): AloneLayer[] =>
  [...network.graphs[0].operators.keys()].flatMap((operator) => {
    const alone = layerNetwork(network, operator);
    return alone === undefined ? [] : [{ operator, ...alone }];
  });

/** The curves of a layer alone, by system; without those on which it takes no cycles or cannot be estimated. */
const layerCurves = async (
  { operator, network, group }: AloneLayer,
  { systems, optimise, around, evaluate }: CliffsRequest,
  breathe: () => Promise<void>,
): Promise<(Curve | undefined)[]> => {
  const widths = widthsAround(group.channels, around);
  const evaluator = createEvaluator({ network, sites: [], groups: [{ group, widths }], systems, optimise });
  const curves: (Curve | undefined)[] = [];
  for (const system of systems.keys()) {
    const points: Point[] = [];
    for (const [digit, width] of widths.entries()) {
      if (evaluate.signal?.aborted) return curves;
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
    alone.push(await layerCurves(layer, request, breathe));
    onProgress?.(designs.count + alone.length, total);
  }
  const figuresAt = (row: number): DesignFigures | undefined =>
    results.known[row] === 1 ? loadFigures(results.figures.subarray(row * FIGURE_COUNT), 0) : undefined;
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
      const cycles = cyclesByOperator(network, choice, optimise);
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
