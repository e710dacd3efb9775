import { createEstimator } from '../estimate/estimate.js';
import { compare } from '../explain/compare.js';
import { explain, type Explanation } from '../explain/explain.js';
import type { Network } from '../graph/network.js';
import type { System } from '../npu/system.js';
import { comparisonText } from '../report/compare.js';
import { comparisonJson } from '../report/compare-json.js';
import type { CompareOptions } from './compare.js';
import { loadModel } from './model.js';
import { optimiseOf, systemsOf } from './options.js';
import { note, print, printJson } from './streams.js';

/** Version of the shape in which `--json` reports several comparisons. */
export const COMPARISONS_SCHEMA = 'paretou/comparisons@1';

/**
 * Compares two models on the systems that the options describe.
 * @throws usage and input errors
 */
export async function runCompare(a: string, b: string, options: CompareOptions): Promise<void> {
  const say = options.quiet ? () => undefined : note;
  const systems = systemsOf(options, (message) => say(`warning: ${message}`));
  const [first, second] = [await loadModel(a), await loadModel(b)];
  const optimise = optimiseOf(options);
  const estimator = createEstimator();
  const explained = (network: Network, system: System): Explanation =>
    explain(estimator.evaluate(estimator.compile(network, system.accelerator), system, { optimise }));
  const results = systems.map((system) =>
    compare(explained(first.network, system), explained(second.network, system)),
  );
  const names = { a, b };
  if (options.json) {
    const objects = results.map((result) => comparisonJson(result, names));
    printJson(objects.length === 1 ? objects[0] : { schema: COMPARISONS_SCHEMA, comparisons: objects });
  } else if (!options.quiet) {
    print(results.map((result) => comparisonText(result, names)).join('\n'));
  }
}
