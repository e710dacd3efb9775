import { elementsOf } from '../../../src/graph/shape.js';
import type { Space } from '../../space/space.js';
import type { Values } from '../../substitute/substitution.js';
import { TABLES_SHARE } from './tuning.js';

/** Weights (elements) beyond which the table does not encode them all but predicts their encoded sizes. */
const MOST_TABLE_WEIGHTS = 2 ** 28;
/** Weights that a thread encodes in a second, where there is a time budget. */
const WEIGHTS_PER_SECOND = 30e6;

/** Elements of the weights of all states of all operators. */
const tableWeights = ({ network, groups, sites }: Space): number => {
  const { operators, tensors } = network.graphs[0];
  return operators.reduce((sum, operator, index) => {
    const weights = tensors[operator.inputs[1] ?? -1];
    if (weights?.constant === undefined || weights.shape === undefined) return sum;
    const touched = new Set([...operator.inputs, ...operator.outputs]);
    const states = groups
      .filter(({ group }) => group.tensors.some((t) => touched.has(t)))
      .reduce((n, { widths }) => n * widths.length, 1);
    const options = sites.find(({ site }) => site.operator === index)?.options.length ?? 1;
    return sum + states * options * elementsOf(weights.shape);
  }, 0);
};

/** Whether the tables of a space encode all weights, or predict the encoded sizes because there are too many. */
export const tableValues = (space: Space, jobs: number, seconds = Infinity): Values => {
  const inTime = WEIGHTS_PER_SECOND * jobs * TABLES_SHARE ** 2 * seconds;
  return tableWeights(space) <= Math.min(MOST_TABLE_WEIGHTS, inTime) ? 'known' : 'unknown';
};
