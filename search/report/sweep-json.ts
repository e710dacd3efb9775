import type { Constraint } from '../rank/constraints.js';
import { designId } from '../space/changes.js';
import { RETAINED_NOTE } from '../emit/retained-weights.js';
import type { Method } from '../explore/methods.js';
import { knownCount } from '../evaluate/session.js';
import { formatObjective, type Objective } from '../rank/objectives.js';
import { countDesigns, exactCount, rowOf, type Space } from '../space/space.js';
import type { PlannedModel, Sweep } from '../explore/sweep.js';
import { constraintsRecord, known, wholeSystemRecord } from './records.js';

/** Version of the shape of `run.json`. */
export const SWEEP_SCHEMA = 'paretou/sweep@1';

/** Where a model came from. */
export interface ModelSource {
  readonly path: string;
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
}

/** What a run record says besides the sweep's own results. */
export interface RunFacts {
  readonly version: string;
  readonly sources: readonly ModelSource[];
  readonly models: readonly PlannedModel[];
  readonly objectives: readonly Objective[];
  readonly objectivesChosen: 'by the user' | 'by default';
  readonly constraints: readonly Constraint[];
  readonly seed: number;
  readonly method: Method;
  readonly limit: number;
  /** Time budget in seconds. */
  readonly timeBudget: number | undefined;
  readonly jobs: number;
  readonly seconds: Readonly<Record<string, number>>;
  /** What else there is to say, in sentences. */
  readonly notes?: readonly string[];
}

/** Said wherever `parameters:max` is an objective. */
export const PARAMETERS_NOTE =
  'it is a crude stand-in for capacity, without which the narrowest network would beat all others';

/** What may vary, as data. */
export const describeSpace = (space: Space): object => ({
  designs: exactCount(countDesigns(space)),
  sites: space.sites.map(({ site, options }) => ({
    operator: site.operator,
    kernel: [site.kernelHeight, site.kernelWidth],
    input_channels: site.inputChannels,
    output_channels: site.outputChannels,
    options,
  })),
  width_groups: space.groups.map(({ group, widths }) => ({
    operator: group.operator,
    operators: group.operators,
    channels: group.channels,
    widths,
  })),
  systems: space.systems.map(({ system }) => wholeSystemRecord(system)),
  optimise: space.optimise,
});

/** Contents of `run.json`. */
export const runRecord = (result: Sweep, facts: RunFacts): Record<string, unknown> => {
  const { studies, explorations, rankings, coverages, table, stopped, interrupted } = result;
  const coverage = coverages.length === 1 ? coverages[0] : undefined;
  const failures = studies.flatMap(({ model, space, designs, results }) =>
    [...results.failures].map(([row, reason]) => ({
      model,
      design: designId(space, rowOf(designs, row)),
      reason,
    })),
  );
  const notes = [
    ...(facts.objectives.some((o) => o.column === 'parameters')
      ? [`parameters:max: ${PARAMETERS_NOTE}`]
      : []),
    RETAINED_NOTE,
    ...(facts.notes ?? []),
    ...(table.columns.predicted.includes(1)
      ? [
          'encoded_sizes "predicted": weights that are not known are represented by stand-ins with typical statistics',
        ]
      : []),
  ];
  return {
    schema: SWEEP_SCHEMA,
    version: facts.version,
    models: facts.models.map((model, i) => ({
      name: model.name,
      ...facts.sources[i],
      space: describeSpace(model.space),
      evaluated: {
        ...explorations[i]!.facts,
        how: model.plan.text,
        limit: model.limit,
        planned: studies[i]!.designs.count,
        finished: knownCount(studies[i]!.results),
        failed: studies[i]!.results.failures.size,
      },
      front_size: rankings[i]!.frontSize,
      reference_point: coverages[i]!.reference ?? null,
      hypervolume: known(coverages[i]!.hypervolume),
    })),
    designs_in_space: exactCount(facts.models.reduce((sum, { space }) => sum + countDesigns(space), 0n)),
    designs_evaluated: table.count,
    designs_meeting_constraints: rankings.reduce((sum, { table: { count } }) => sum + count, 0),
    method: facts.method,
    limit: facts.limit,
    time_budget_seconds: facts.timeBudget ?? null,
    seed: facts.seed,
    objectives: facts.objectives.map(formatObjective),
    objectives_chosen: facts.objectivesChosen,
    constraints: constraintsRecord(facts.constraints),
    front_size: rankings.reduce((sum, { frontSize }) => sum + frontSize, 0),
    reference_point: coverage?.reference ?? null,
    hypervolume: known(coverage?.hypervolume),
    stopped: stopped ?? null,
    interrupted,
    failures,
    notes,
    timings: { jobs: facts.jobs, ...facts.seconds },
  };
};
