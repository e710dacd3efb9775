import { TUNING } from '../search/explore/exact/tuning.js';
import { planSweep, sweep } from '../search/explore/sweep.js';
import { covered } from '../search/front/non-dominated.js';
import type { Points } from '../search/front/points.js';
import { constraintsOf } from '../search/rank/constraints.js';
import { objectivePoints, parseObjectives } from '../search/rank/objectives.js';
import { selectRows } from '../search/rank/table.js';
import { countDesigns, type Space } from '../search/space/space.js';
import type { Network } from '../src/graph/network.js';
import { grouped } from '../src/text.js';
import { left, markdownTable, right } from './markdown.js';
import type { ModelSource } from './models.js';
import { COMPARED_SYSTEMS, spaceOn } from './compared-systems.js';

/** A space that the exact search and the exhaustive one are compared on. */
interface Case {
  readonly title: string;
  readonly space: Space;
}

const OBJECTIVES = parseObjectives('cycles_total,sram_total_bytes,retained_energy:max');
/** All designs are compared that the exact search looks for. */
const CONSTRAINTS = constraintsOf({ minRetained: 0.001 });

const caseOf = (title: string, network: Network, systems: readonly string[], yaml: string): Case => ({
  title,
  space: spaceOn(
    network,
    systems.map((name) => COMPARED_SYSTEMS[name]!),
    yaml,
  ),
});

/** Small spaces on which sums differ from the full estimates: several systems, and scarce memory. */
function* cases(models: ModelSource): Generator<Case> {
  const options = 'options: [standard, separable]\n';
  const resnet = models('resnet');
  const keyword = models('keyword');
  const systems = ['u55', 'u65', 'u85'];
  yield caseOf(`${resnet.name}, three systems`, resnet.load(), systems, `${options}widths: [0.5, 1]\n`);
  const scarce = ['u85-arena'];
  yield caseOf(`${resnet.name}, little memory`, resnet.load(), scarce, `${options}widths: [0.5, 0.75, 1]\n`);
  const widths = 'widths: [1, 0.25, 0.375, 0.5, 0.75, 0.875]\n';
  yield caseOf(`${keyword.name}, little memory`, keyword.load(), scarce, options + widths);
}

/** What a search found, and what it took. */
interface Found {
  readonly front: Points;
  readonly hypervolume: number;
  readonly evaluated: number;
  readonly seconds: number;
}

const search = async ({ space }: Case, method: 'exact' | 'exhaustive'): Promise<Found> => {
  const before = process.cpuUsage();
  const models = planSweep([{ name: '', space }], OBJECTIVES, method === 'exact' ? 100_000 : 1, method);
  const { rankings, coverages, explorations } = await sweep({
    ...{ models, objectives: OBJECTIVES, constraints: CONSTRAINTS, seed: 1, evaluate: { jobs: 1 } },
  });
  const { user } = process.cpuUsage(before);
  const { table, frontSize } = rankings[0]!;
  const front = selectRows(
    table,
    new Uint32Array(frontSize).map((_, i) => i),
  );
  const { evaluated, evaluated_and_covered } = explorations[0]!.facts;
  return {
    front: objectivePoints(front, OBJECTIVES),
    hypervolume: coverages[0]!.hypervolume ?? NaN,
    evaluated: Number(evaluated) + Number(evaluated_and_covered),
    seconds: user / 1e6,
  };
};

type Name = keyof typeof TUNING;

const withTuning = async (name: Name, value: number, work: () => Promise<Found>): Promise<Found> => {
  const usual = TUNING[name];
  TUNING[name] = value;
  try {
    return await work();
  } finally {
    TUNING[name] = usual;
  }
};

/** What each number is multiplied by: it is off, or doubled. */
const FACTORS = [0, 2];

const COLUMNS = [...left('changed'), ...right('hypervolume', 'missed', 'evaluated', 'CPU s')];

const tableOf = async (one: Case): Promise<string> => {
  const truth = await search(one, 'exhaustive');
  const row = (changed: string, found: Found): string[] => [
    changed,
    (found.hypervolume / truth.hypervolume).toFixed(6),
    String(covered(found.front, truth.front).reduce((n, isCovered) => n + 1 - isCovered, 0)),
    grouped(found.evaluated),
    found.seconds.toFixed(2),
  ];
  const rows = [row('nothing', await search(one, 'exact'))];
  for (const name of Object.keys(TUNING) as Name[]) {
    for (const factor of FACTORS) {
      const value = TUNING[name] * factor;
      rows.push(row(`${name} ${value}`, await withTuning(name, value, () => search(one, 'exact'))));
    }
  }
  const designs = `${grouped(countDesigns(one.space))} designs, ${grouped(truth.front.count)} on the front`;
  return `${one.title}: ${designs}\n\n${markdownTable(COLUMNS, rows)}`;
};

/** Searches small spaces with each number of the exact search changed, and compares with the whole fronts. */
export async function* ablation(models: ModelSource): AsyncGenerator<string> {
  for (const one of cases(models)) yield await tableOf(one);
}
