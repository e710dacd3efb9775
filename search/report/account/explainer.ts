import { describe } from '../../../src/estimate/describe.js';
import type { Evaluation } from '../../../src/estimate/evaluation.js';
import { explain } from '../../../src/explain/explain.js';
import type { Explanation } from '../../../src/explain/types.js';
import { sumBy } from '../../../src/groups.js';
import type { BatchEvaluator } from '../../evaluate/batch.js';
import type { DesignFigures } from '../../evaluate/figures.js';
import type { Digits } from '../../space/space.js';

/** What is known of the layers of a design. */
export interface ExplainedLayers {
  /** Cycles of each operator of the original graph (−1: of what was added). */
  readonly cycles: ReadonlyMap<number, number>;
  /** @param operators those whose layers are explained; all if absent */
  readonly explain: (operators?: ReadonlySet<number>) => Explanation;
}

/** A design on a system: what the evaluator says of it. */
export interface Explained {
  readonly figures: DesignFigures;
  /** Undefined where the evaluator knows none. */
  readonly layers: ExplainedLayers | undefined;
}

const layersOf = (evaluation: Evaluation): ExplainedLayers => {
  const [entry = evaluation] = evaluation.before;
  const estimate = describe(entry);
  return {
    cycles: sumBy(
      estimate.layers,
      ({ origin }) => origin,
      ({ cycles }) => cycles,
    ),
    explain: (operators) =>
      explain(entry, ({ origin }) => operators === undefined || operators.has(origin), estimate),
  };
};

/** Figures of a design, with its layers where the evaluator knows them. */
export const explainDesign = (evaluator: BatchEvaluator, digits: Digits): Explained => {
  if (evaluator.detailed === undefined) return { figures: evaluator.evaluate(digits), layers: undefined };
  const { figures, evaluation } = evaluator.detailed(digits);
  return { figures, layers: layersOf(evaluation) };
};
