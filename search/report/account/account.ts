import type { MetricRow } from '../../metrics.js';
import { metricsFrom, WHOLE } from '../../rank/table.js';
import { unknownRetained } from '../../emit/retained-weights.js';
import { findSubstitution } from '../../substitute/index.js';
import { createApplier, type Applier } from '../../emit/apply.js';
import type { RetainedWeights } from '../../substitute/substitution.js';
import { changesOf, formatSubstitutions, formatWidths } from '../../space/changes.js';
import type { Space, SystemChoice } from '../../space/space.js';
import {
  changedStories,
  changedWidths,
  otherStories,
  type ChangedStory,
  type ChangedWidth,
  type OtherStory,
} from './changes.js';
import { alternativesOf, variablesOf } from './variables.js';
import type { Candidate, Wish } from '../../pick/candidates.js';
import { createExplainer } from './explainer.js';
import { pairLayers } from './pairs.js';
import type { Refined } from '../../pick/refine.js';
import { choicelessSites, staysOf, type Stay } from './stays.js';

/** A pick with its reasons. */
export interface PickAccount {
  readonly candidate: Candidate;
  readonly system: SystemChoice['system'];
  readonly substitutions: string;
  readonly widths: string;
  /** Of whole compilations, like those of files. */
  readonly before: MetricRow;
  readonly after: MetricRow;
  readonly retained: RetainedWeights;
  /** Why the retained weights are not known. */
  readonly retainedUnknown: string | undefined;
  readonly changed: readonly ChangedStory[];
  readonly widthsChanged: readonly ChangedWidth[];
  readonly others: readonly OtherStory[];
  /** Undefined where the other choices were not evaluated. */
  readonly stays: readonly Stay[] | undefined;
}

/** What else a reader should know of a pick. */
export const accountNotes = ({ changed }: PickAccount): string[] => [
  ...new Set(changed.flatMap(({ layer }) => findSubstitution(layer.option)?.note ?? [])),
];

/**
 * Says what a pick changes and what each change does, and what it leaves and why.
 * @param applier that of the space, if there is one already
 * @param isOver no time is left: what stays is then told without its reasons
 */
export const accountOf = async (
  space: Space,
  wish: Wish,
  { candidate, neighbours }: Refined,
  applier: Applier = createApplier(space),
  isOver: () => boolean = () => false,
): Promise<PickAccount> => {
  const { digits } = candidate;
  const { system } = space.systems[digits.at(-1)!]!;
  const explainer = createExplainer(system, space);
  const before = explainer(space.network);
  const network = applier.network(digits);
  const picked = network === space.network ? before : explainer(network);
  const pairs = pairLayers(before.explain(), picked.explain());
  const context = { space, wish, candidate, applier, explainer, picked, isOver };
  const variables = variablesOf(space);
  const alternatives = neighbours && alternativesOf(digits, neighbours, variables);
  const changed = changedStories(context, pairs, variables, alternatives);
  const retained = applier.retained(digits);
  const changes = changesOf(space, digits);
  const unchanged = createApplier({ ...space, sites: [], groups: [] });
  return {
    candidate,
    system,
    substitutions: formatSubstitutions(changes.substitutions),
    widths: formatWidths(changes.widths),
    before: metricsFrom(
      before.figures,
      { parameters: unchanged.parameters([0]), retained: WHOLE },
      system,
      before.figures,
    ),
    after: metricsFrom(
      picked.figures,
      { parameters: applier.parameters(digits), retained },
      system,
      before.figures,
    ),
    retained,
    retainedUnknown: Number.isNaN(retained.before) ? unknownRetained(space) : undefined,
    changed,
    widthsChanged: changedWidths(context, variables, alternatives),
    others: otherStories(context, pairs, changed),
    stays: alternatives && [...(await staysOf(context, variables, alternatives)), ...choicelessSites(space)],
  };
};
