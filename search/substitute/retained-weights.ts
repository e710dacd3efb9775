import type { Space } from '../space/space.js';
import { hasKnownEnergy } from './index.js';
import { realWeights } from './real-weights.js';

/** What a retained energy means for whoever uses the weights. */
export type EnergyWord = 'drop-in' | 'fine-tune' | 'retrain' | 'unknown';

const DROP_IN = 0.95;
const FINE_TUNE = 0.8;

/** `drop-in` from 0.95, `fine-tune` from 0.8, `retrain` below; `unknown` for NaN. */
export const energyWord = (energy: number): EnergyWord => {
  if (Number.isNaN(energy)) return 'unknown';
  if (energy >= DROP_IN) return 'drop-in';
  return energy >= FINE_TUNE ? 'fine-tune' : 'retrain';
};

/** Said wherever retained energy is shown. */
export const ENERGY_NOTE =
  'energy: kept share of squared weights, a proxy, not accuracy: ' +
  `drop-in >= ${DROP_IN}, fine-tune >= ${FINE_TUNE}, else retrain`;

/**
 * Why the retained energy of some designs of a space cannot be known, as the end of a sentence: an option that changes
 * the function in a way that weights do not tell, or weights that are not there. Undefined where all can be known.
 */
export const unknownEnergy = ({ network, sites, groups }: Space): string | undefined => {
  const option = sites.flatMap(({ options }) => options).find((name) => !hasKnownEnergy(name));
  if (option !== undefined) return `that of ${option} is not known before training`;
  const { operators, tensors } = network.graphs[0];
  const varying = new Set(groups.flatMap(({ group }) => group.tensors));
  const replaced = new Set(sites.map(({ site }) => site.operator));
  const lacking = operators.findIndex(({ kind, inputs, outputs }, index) => {
    if (!/^(DEPTHWISE_)?CONV_2D$|^FULLY_CONNECTED$/.test(kind)) return false;
    if (!replaced.has(index) && ![...inputs, ...outputs].some((t) => varying.has(t))) return false;
    const weights = tensors[inputs[1] ?? -1];
    return weights?.constant !== undefined && realWeights(weights) === undefined;
  });
  return lacking < 0 ? undefined : `the weights of operator ${lacking} are not known`;
};
