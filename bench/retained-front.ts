import { buildSpace } from '../search/space/build-space.js';
import type { MetricRow } from '../search/metrics.js';
import { metricsAt } from '../search/rank/table.js';
import { retainedMeans } from '../search/emit/retained-weights.js';
import { evaluateDesigns } from '../search/evaluate/session.js';
import { FIGURE_AT, FIGURE_COUNT } from '../search/evaluate/figures.js';
import { parseObjectives } from '../search/rank/objectives.js';
import { textOf } from '../search/rank/ranking.js';
import type { Site } from '../search/space/sites.js';
import { countDesigns, rowOf, type Space } from '../search/space/space.js';
import { singleChanges } from '../search/pick/neighbours.js';
import { createApplier } from '../search/emit/apply.js';
import { ALL_OPTIONS, STANDARD } from '../search/substitute/index.js';
import { planSweep, sweep } from '../search/explore/sweep.js';
import { chooseSystem } from '../search/space/systems.js';
import { inputError } from '../src/errors.js';
import type { Network } from '../src/graph/network.js';
import type { System } from '../src/npu/system.js';

/** A design of the front. */
export interface FrontRow {
  /** Id without system. */
  readonly design: string;
  readonly numbers: MetricRow;
}

/** What one option at one site does to the network. */
export interface SingleChange {
  readonly operator: number;
  readonly option: string;
  /** Retained weights of the layer, before re-quantisation. */
  readonly retained: number;
  /** Of the network's cycles to those without the change. */
  readonly cyclesRatio: number;
}

/** How cycles and retained weights trade off in a network on one system, all options open and no width changed. */
export interface RetainedFront {
  readonly model: string;
  readonly system: System;
  readonly designs: bigint;
  readonly sites: readonly Site[];
  /** Method that found the front. */
  readonly method: string;
  /** Fewest cycles first. */
  readonly front: readonly FrontRow[];
  readonly singles: readonly SingleChange[];
}

const spaceOf = (network: Network, accelerator: string): Space =>
  buildSpace(network, {
    systems: [chooseSystem({ accelerator })],
    optimise: 'Performance',
    options: [ALL_OPTIONS],
  });

const singleEffects = async (space: Space): Promise<SingleChange[]> => {
  const designs = singleChanges(space);
  const { figures } = await evaluateDesigns(space, designs, { jobs: 1 });
  const applier = createApplier(space);
  const cycles = (row: number): number => figures[row * FIGURE_COUNT + FIGURE_AT.cycles_total]!;
  let row = 0;
  return space.sites.flatMap(({ site, options }) =>
    options.slice(1).map((option): SingleChange => {
      row++;
      return {
        operator: site.operator,
        option,
        retained: applier.operatorWeights(site.operator, rowOf(designs, row)).retained.before,
        cyclesRatio: cycles(row) / cycles(0),
      };
    }),
  );
};

/**
 * Computes the front of cycles and retained weights.
 * @throws an input error for a network without sites
 */
export async function retainedFront(
  network: Network,
  accelerator: string,
  jobs: number,
): Promise<RetainedFront> {
  const space = spaceOf(network, accelerator);
  if (space.sites.every(({ options }) => options.every((option) => option === STANDARD))) {
    throw inputError(`${network.name}: no convolution can be substituted; choose another model`);
  }
  const objectives = parseObjectives('cycles_total,retained_energy:max');
  const models = planSweep([{ name: network.name, space }], objectives, 100_000, 'auto');
  const { rankings } = await sweep({ models, objectives, constraints: [], seed: 1, evaluate: { jobs } });
  const ranking = rankings[0]!;
  return {
    model: network.name,
    system: space.systems[0]!.system,
    designs: countDesigns(space),
    sites: space.sites.map(({ site }) => site),
    method: models[0]!.plan.name,
    front: Array.from({ length: ranking.frontSize }, (_, i) => ({
      design: textOf(ranking, i).design.split('@')[0]!,
      numbers: metricsAt(ranking.table, i),
    })),
    singles: await singleEffects(space),
  };
}

/**
 * At most `count` rows of a front: its ends, the fewest cycles for each word about the retained, and others whose cycles
 * are as evenly spaced as the front allows.
 */
export function spreadRows(front: readonly FrontRow[], count: number): readonly FrontRow[] {
  if (front.length <= count) return front;
  const last = front.length - 1;
  const words = front.map(({ numbers }) => retainedMeans(numbers.retained_energy));
  const chosen = new Set(
    [0, last, words.indexOf('drop-in'), words.indexOf('fine-tune')].filter((i) => i >= 0),
  );
  const cycles = front.map(({ numbers }) => numbers.cycles_total);
  while (chosen.size < count) {
    // The row that lies farthest from those chosen.
    const distances = cycles.map((value) =>
      Math.min(...[...chosen].map((i) => Math.abs(cycles[i]! - value))),
    );
    const farthest = distances.indexOf(Math.max(...distances));
    if (chosen.has(farthest)) break;
    chosen.add(farthest);
  }
  return [...chosen].sort((a, b) => a - b).map((i) => front[i]!);
}
