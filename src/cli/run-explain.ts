import { usageError } from '../errors.js';
import { createEstimator } from '../estimate.js';
import { explain } from '../explain/explain.js';
import { explanationText } from '../report/explain.js';
import { explanationJson } from '../report/explain-json.js';
import type { ExplainOptions } from './explain.js';
import { loadModel } from './model.js';
import { optimiseOf, systemsOf } from './options.js';
import { note, print, printJson } from './streams.js';

/** Version of the shape in which `--json` reports several explanations. */
export const EXPLANATIONS_SCHEMA = 'paretou/explanations@1';

/**
 * Explains a model on the systems that the options describe.
 * @throws usage and input errors
 */
export async function runExplain(spec: string, options: ExplainOptions): Promise<void> {
  const say = options.quiet ? () => undefined : note;
  const systems = systemsOf(options, (message) => say(`warning: ${message}`));
  const { network } = await loadModel(spec);
  const optimise = optimiseOf(options);
  const estimator = createEstimator();
  const wanted = options.layers === undefined ? undefined : new Set(options.layers);
  const results = systems.map((system) => {
    const program = estimator.compile(network, system.accelerator);
    const evaluation = estimator.evaluate(program, system, { optimise });
    return explain(evaluation, ({ origin }) => wanted === undefined || wanted.has(origin));
  });
  const unknown = (options.layers ?? []).find((operator) =>
    results.every(({ layers, cpuLayers }) =>
      [...layers.map(({ layer }) => layer), ...cpuLayers].every(({ origin }) => origin !== operator),
    ),
  );
  if (unknown !== undefined) {
    throw usageError(
      `--layers: operator ${unknown} of ${spec} has no layer; leave out --layers to see the operators that have one`,
    );
  }
  if (options.json) {
    const objects = results.map(explanationJson);
    printJson(objects.length === 1 ? objects[0] : { schema: EXPLANATIONS_SCHEMA, explanations: objects });
  } else if (!options.quiet) {
    print(results.map((result) => explanationText(result, wanted !== undefined)).join('\n'));
  }
}
