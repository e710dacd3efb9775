import { isMeasured, METRIC_NAMES, type MetricRow } from '../../metrics.js';
import { designMetrics, unchangedMetrics } from '../../rank/table.js';
import type { CreateEvaluator } from '../../evaluate/batch.js';
import { wholeEvaluators } from '../../evaluate/whole-evaluator.js';
import { unknownRetained } from '../../emit/retained-weights.js';
import { findSubstitution } from '../../substitute/index.js';
import { applierOf } from '../../emit/apply.js';
import type { RetainedWeights } from '../../substitute/substitution.js';
import { changesOf, formatChanges } from '../../space/changes.js';
import { baselineSpace, type Space, type SystemChoice } from '../../space/space.js';
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
import { explainDesign } from './explainer.js';
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
  /** Whether the evaluator knows the layers of designs: without, the stories tell of whole networks only. */
  readonly layersKnown: boolean;
  readonly changed: readonly ChangedStory[];
  readonly widthsChanged: readonly ChangedWidth[];
  readonly others: readonly OtherStory[];
  /** Undefined where the other choices were not evaluated. */
  readonly stays: readonly Stay[] | undefined;
}

/** What else a reader should know of a pick. */
export const accountNotes = ({ changed, layersKnown }: PickAccount): string[] => [
  ...new Set(changed.flatMap(({ layer }) => findSubstitution(layer.option)?.note ?? [])),
  ...(layersKnown
    ? []
    : ['the evaluator knows no layers, so the reasons give no figures of single operators']),
];

/** What accounts are told with. */
export interface AccountOptions {
  /** No time is left: what stays is then told without its reasons. */
  readonly isOver?: () => boolean;
  /** Makes what the figures are from; the estimator, by default. */
  readonly createEvaluator?: CreateEvaluator;
}

/** Says what a pick changes and what each change does, and what it leaves and why. */
export const accountOf = async (
  space: Space,
  wish: Wish,
  { candidate, neighbours }: Refined,
  { isOver = () => false, createEvaluator = wholeEvaluators() }: AccountOptions = {},
): Promise<PickAccount> => {
  const { digits } = candidate;
  const system = digits.at(-1)!;
  const applier = applierOf(space);
  const evaluator = createEvaluator(space, 'known');
  const before = explainDesign(createEvaluator(baselineSpace(space), 'known'), [system]);
  const picked = applier.network(digits) === space.network ? before : explainDesign(evaluator, digits);
  const pairs =
    before.layers && picked.layers && pairLayers(before.layers.explain(), picked.layers.explain());
  const context = { space, wish, candidate, evaluator, picked, isOver };
  const variables = variablesOf(space);
  const alternatives = neighbours && alternativesOf(digits, neighbours, variables);
  const changed = changedStories(context, pairs, variables, alternatives);
  const retained = applier.retained(digits);
  return {
    candidate,
    system: space.systems[system]!.system,
    ...formatChanges(changesOf(space, digits)),
    before: unchangedMetrics(space, system, before.figures),
    after: {
      ...designMetrics(space, digits, picked.figures, before.figures),
      ...Object.fromEntries(METRIC_NAMES.filter(isMeasured).map((name) => [name, candidate.numbers[name]])),
    },
    retained,
    retainedUnknown: Number.isNaN(retained.before) ? unknownRetained(space) : undefined,
    layersKnown: pairs !== undefined,
    changed,
    widthsChanged: changedWidths(context, variables, alternatives),
    others: otherStories(context, pairs, changed),
    stays: alternatives && [...(await staysOf(context, variables, alternatives)), ...choicelessSites(space)],
  };
};
