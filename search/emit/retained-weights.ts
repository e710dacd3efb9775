import type { MetricRow } from '../metrics.js';
import type { Space } from '../space/space.js';
import { hasKnownRetained } from '../substitute/index.js';
import { isWeighted } from './parameters.js';
import { realWeights } from '../substitute/real-weights.js';

/** What a share of retained weights means for whoever uses the weights. */
export type RetainedMeans = 'drop-in' | 'fine-tune' | 'retrain' | 'unknown';

const DROP_IN = 0.95;
/** Designs that retain less of their weights have to be trained again. */
export const FINE_TUNE = 0.8;

const wordFor = (share: number, dropIn: number, fineTune: number): RetainedMeans => {
  if (Number.isNaN(share)) return 'unknown';
  if (share >= dropIn) return 'drop-in';
  return share >= fineTune ? 'fine-tune' : 'retrain';
};

/** `drop-in` from 0.95, `fine-tune` from 0.8, `retrain` below; `unknown` for NaN. */
export const retainedMeans = (retained: number): RetainedMeans => wordFor(retained, DROP_IN, FINE_TUNE);

const AGREES_AS_IT_IS = 0.97;
/** Designs that agree with the original on fewer of the samples have to be trained again. */
export const AGREES_TUNED = 0.85;

/**
 * What a design's figures mean for whoever uses its weights: its agreement with the original where that was measured
 * (`drop-in` from 0.97, `fine-tune` from 0.85), its retained weights otherwise.
 */
export const meansOf = ({
  agreement,
  retained_energy: retained,
}: Pick<MetricRow, 'agreement' | 'retained_energy'>): RetainedMeans =>
  Number.isNaN(agreement) ? retainedMeans(retained) : wordFor(agreement, AGREES_AS_IT_IS, AGREES_TUNED);

/** Said where agreement was measured. */
export const AGREEMENT_NOTE =
  `words of measured designs rest on their agreement with the original: drop-in >= ${AGREES_AS_IT_IS}, ` +
  `fine-tune >= ${AGREES_TUNED}, else retrain`;

/** Said wherever retained weights are shown. */
export const RETAINED_NOTE =
  'retained: share of the squared weights, a proxy, not accuracy: ' +
  `drop-in >= ${DROP_IN}, fine-tune >= ${FINE_TUNE}, else retrain`;

/**
 * Why the retained weights of some designs of a space cannot be known, as the end of a sentence: an option that changes
 * the function in a way that weights do not tell, or weights that are not there. Undefined where all can be known.
 */
export const unknownRetained = ({ network, sites, groups }: Space): string | undefined => {
  const option = sites.flatMap(({ options }) => options).find((name) => !hasKnownRetained(name));
  if (option !== undefined) return `that of ${option} is not known before training`;
  const { operators, tensors } = network.graphs[0];
  const varying = new Set(groups.flatMap(({ group }) => group.tensors));
  const replaced = new Set(sites.map(({ site }) => site.operator));
  const lacking = operators.findIndex(({ kind, inputs, outputs }, index) => {
    if (!isWeighted({ kind })) return false;
    if (!replaced.has(index) && ![...inputs, ...outputs].some((t) => varying.has(t))) return false;
    const weights = tensors[inputs[1] ?? -1];
    return weights?.constant !== undefined && realWeights(weights) === undefined;
  });
  return lacking < 0 ? undefined : `the weights of operator ${lacking} are not known`;
};
