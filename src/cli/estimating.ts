import { createEstimator } from '../estimate/estimate.js';
import type { Evaluation } from '../estimate/evaluation.js';
import type { FvpOptions } from '../fvp/totals.js';
import type { LoadedNetwork } from '../graph/load.js';
import type { Network } from '../graph/network.js';
import type { System } from '../npu/system.js';
import { fvpOptionsOf, type FvpFlags } from './fvp-options.js';
import { optimiseOf, systemsOf, type CommonOptions, type SystemOptions } from './options.js';
import { print, printJson, speaker } from './streams.js';

/** What every command parses that estimates models on systems without searching. */
export interface EstimatingOptions extends SystemOptions, CommonOptions, FvpFlags {}

/** What the options of such a command ask for. */
export interface Estimating {
  readonly systems: readonly System[];
  /** Says what is no result, unless nothing is to be said. */
  readonly say: (message: string) => void;
  /** Of a model's FVP-like cycles. */
  readonly fvp: (model: LoadedNetwork) => FvpOptions;
  /** @param file how messages name the network; by default by its name */
  readonly evaluate: (network: Network, system: System, file?: string) => Evaluation;
}

/**
 * Reads the options.
 * @throws usage and input errors
 */
export function estimatingOf(options: EstimatingOptions): Estimating {
  const say = speaker(options);
  const systems = systemsOf(options, (message) => say(`warning: ${message}`));
  const optimise = optimiseOf(options);
  const estimator = createEstimator();
  const evaluate = (network: Network, system: System, file?: string): Evaluation =>
    estimator.evaluate(estimator.compile(network, system.accelerator, file), system, {
      optimise,
      ...(file !== undefined && { file }),
    });
  return { systems, say, fvp: fvpOptionsOf(options), evaluate };
}

/** How the results of a command are printed. */
export interface Printing<T> {
  /** One as an object; several are listed under `name` in one of `schema`. */
  readonly json: (result: T) => unknown;
  readonly name: string;
  readonly schema: string;
  readonly text: (result: T) => string;
}

/** Prints one result per system, as the options say. */
export function printResults<T>(
  results: readonly T[],
  { json, quiet }: CommonOptions,
  { json: asJson, name, schema, text }: Printing<T>,
): void {
  if (json) {
    const objects = results.map(asJson);
    printJson(objects.length === 1 ? objects[0] : { schema, [name]: objects });
  } else if (!quiet) print(results.map(text).join('\n'));
}
