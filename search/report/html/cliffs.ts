import type { CliffCurve, ModelCliffs, ModelReport } from '../../../report-html/contract.js';
import { fromPlanes } from '../../../report-html/numbers.js';
import { ParetouError } from '../../../src/errors.js';
import type { Network } from '../../../src/graph/network.js';
import { plural } from '../../../src/text.js';
import { cliffsOf, type Curve } from '../../explore/cliffs/curve.js';
import {
  cyclesByOperator,
  familyCycles,
  groupCurves,
  networksOf,
  planGroups,
  type GroupPlan,
} from '../../explore/cliffs/group-curves.js';
import { AROUND } from '../../explore/cliffs/points.js';
import type { SystemChoice } from '../../space/space.js';
import { cliffLines, titleOf } from '../cliffs-text.js';
import { inflated } from './pack.js';
import { systemsIn } from './reported.js';

/** Curves that a page shows on a system at most, those with most cycles. */
const MOST_CURVES = 12;
/** Networks that are estimated for a page at most, though never fewer than those of one system: it takes a few seconds. */
const MOST_NETWORKS = 700;

/** Cliffs that cannot be shown, with the reason. */
export const noCliffs = (note: string): ModelCliffs => ({ systems: [], note });

/** When the time for cliffs is up. */
export interface CliffsBounds {
  /** Of `performance.now()`. */
  readonly until?: number;
  readonly signal?: AbortSignal;
}

/** Places of the systems: that of the pick, else of the knee, and then the others. */
const systemsInTurn = ({ marks, systems, rows, designs, choices }: ModelReport): number[] => {
  const row = marks.pick ?? marks.knees[0];
  const digits = fromPlanes(inflated(rows.digits.data), rows.digits.kind);
  const first = row === undefined ? 0 : digits[choices.length * designs.held + row]!;
  return [...new Set([first, ...systems.keys()])];
};

const curveOf = (curve: Curve, network: Network): CliffCurve => {
  const { points, channels, ownCycles } = curve;
  const { steps, free, faster, saves } = cliffsOf(curve);
  return {
    title: titleOf(curve, network),
    today: channels,
    channels: points.map((point) => point.channels),
    cycles: points.map(({ cycles }) => cycles),
    sram: points.map(({ sramUsed }) => sramUsed),
    ownCycles,
    steps: steps.map(({ from }) => from),
    worth: [...new Set([saves, faster ?? free].flatMap((ratio) => ratio?.channels ?? []))],
    sentences: cliffLines(curve),
  };
};

/** The families of a plan that have most cycles. */
const mostCycles = (
  network: Network,
  plan: GroupPlan,
  system: SystemChoice,
  optimise: ModelReport['optimise'],
): GroupPlan => {
  const cycles = cyclesByOperator(network, system, optimise);
  const byCycles = new Map(
    plan.families.map((family) => [family, familyCycles(network, plan, family, cycles)]),
  );
  const most = plan.families.toSorted((a, b) => byCycles.get(b)! - byCycles.get(a)!).slice(0, MOST_CURVES);
  return { ...plan, families: plan.families.filter((family) => most.includes(family)) };
};

const leftOut = (
  plan: GroupPlan,
  all: GroupPlan,
  systems: readonly SystemChoice[],
  shown: readonly SystemChoice[],
): string | null => {
  const families = all.families.length - plan.families.length;
  const others = systems.filter((system) => !shown.includes(system)).map(({ code }) => code);
  const parts = [
    ...(families === 0 ? [] : [`${plural(families, 'curve')} with fewer cycles`]),
    ...(others.length === 0 ? [] : [`those on ${others.join(', ')}`]),
  ];
  return parts.length === 0 ? null : `Not in this file: ${parts.join(' and ')}. paretou cliffs shows them.`;
};

/** Costs of a report's network by the channels of its width groups. */
export const cliffsIn = async (
  network: Network,
  model: ModelReport,
  { until = Infinity, signal }: CliffsBounds,
): Promise<ModelCliffs> => {
  const all = planGroups(network, AROUND);
  if (all.families.length === 0) return noCliffs('No number of channels can change.');
  const places = systemsInTurn(model);
  const { optimise } = model;
  const own = systemsIn(model);
  const systems = places.map((place) => own[place]!);
  try {
    const plan = mostCycles(network, all, systems[0]!, optimise);
    const shown = systems.slice(0, Math.max(1, Math.floor(MOST_NETWORKS / networksOf(plan))));
    const found = await groupCurves(
      {
        network,
        systems: shown,
        optimise,
        around: AROUND,
        evaluate: { jobs: 1, until, ...(signal && { signal }) },
      },
      plan,
    );
    if (!found.whole)
      return noCliffs(
        'Cliffs are not shown: there was no time left for them. paretou report makes this page with them.',
      );
    return {
      systems: found.systems.map(({ system, curves }) => ({
        system: places[shown.findIndex((each) => each.system === system)]!,
        curves: curves.map((curve) => curveOf(curve, network)),
      })),
      note: leftOut(plan, all, systems, shown),
    };
  } catch (error) {
    if (error instanceof ParetouError) return noCliffs(`Cliffs are not shown: ${error.message}.`);
    throw error;
  }
};
