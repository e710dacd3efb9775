import type { Operator } from '../../../src/graph/network.js';
import { realWeights } from '../../substitute/real-weights.js';
import { realRows, scalingOf, someChannels } from '../../substitute/requantise.js';
import type { Factors, Target } from '../../substitute/index.js';
import { multiply } from '../../substitute/dense.js';
import type { Draft } from './draft.js';
import { bestSecond, fitFilters, productForm } from './factors.js';
import { draftPatches, placeConstants, targetWindow } from './fit-layer.js';
import type { LayerFacts } from './layer-facts.js';
import { momentsOf, targetColumns } from './moments.js';
import { columnMeans } from './patches.js';
import { metricOf, ridgeWeights, type Metric } from './ridge.js';
import { storeFirst, type FittedFirst } from './store-first.js';
import { storeLayer } from './store-layer.js';
import { patchLength, windowOf } from './window.js';

/** A layer that two layers are to stand for. */
export interface ReplacedLayer {
  readonly target: Target;
  readonly facts: LayerFacts;
  readonly factors: Factors;
  /** The original's output channels that are left. */
  readonly columns: ArrayLike<number>;
  /** It reads what it reads in the original. */
  readonly intact: boolean;
  /** Gives what was made before for the same weights, metric and form, where that can be. */
  readonly remember: (make: () => Float64Array) => Float64Array;
}

/** The best weights for a layer's inputs, and the metric in which others are worse. */
interface Wanted {
  readonly weights: Float64Array;
  readonly metric: Metric;
  readonly outputMeans: Float64Array;
}

const wantedOf = (
  { target, facts, columns, intact }: ReplacedLayer,
  patches: Int16Array,
  scale: number,
): Wanted => {
  const original = realWeights(target.weights)!;
  if (intact) {
    const { outputMeans } = facts.moments();
    const means = Float64Array.from(columns, (c) => (c < 0 ? 0 : outputMeans[c]!));
    return { weights: original, metric: facts.metric(), outputMeans: means };
  }
  const length = patchLength(targetWindow(target));
  const moments = momentsOf(patches, length, scale, targetColumns(facts.targets, columns));
  const metric = metricOf(moments.inputs, length, facts.ridge);
  return { weights: ridgeWeights(moments, metric, original), metric, outputMeans: moments.outputMeans };
};

/** Puts the first layer's weights, biases and output quantisation where its operators have them. */
const placeFirst = (draft: Draft, operators: readonly Operator[], layer: FittedFirst): void => {
  let from = 0;
  for (const operator of operators) {
    const [map] = operator.outputs as [number];
    const tensor = draft.tensors[map]!;
    draft.tensors[map] = { ...tensor, quantisation: layer.output };
    if (operator.kind === 'CONCATENATION') continue;
    const to = from + tensor.shape!.at(-1)!;
    placeConstants(draft.tensors, operator, someChannels(layer, from, to));
    from = to;
  }
};

/**
 * Fits the two layers that stand for one: filters in the metric of the layer's inputs, stored for the range that they
 * have on the samples; then, with the filters as they are stored, the second layer; then its bias, from what the first
 * layer gives when it is run. Runs the operators, `first` to `last` of the draft.
 */
export const fitReplacement = (draft: Draft, first: number, last: number, layer: ReplacedLayer): void => {
  const { target, facts, factors } = layer;
  const operators = draft.operators.slice(first, last + 1);
  const final = operators.at(-1)!;
  const firsts = operators.slice(0, -1);
  const input = draftPatches(draft, target.operator.inputs[0]!, targetWindow(target), facts.places);
  const { weights, metric, outputMeans } = wantedOf(layer, input.patches, input.scale);
  const form = productForm(factors, target.weights.shape![0]!);
  const filters = layer.remember(() => fitFilters(form, weights, metric));
  const scaling = scalingOf(target);
  const stored = storeFirst(form, {
    filters,
    activation: factors.activation,
    shiftable: form.shifts === 1 && draft.tensors[final.inputs[2] ?? -1] !== undefined,
    scaling,
    type: target.ifm.type,
    inputScale: input.scale,
    patches: input.patches,
  });
  placeFirst(draft, firsts, stored);
  for (let i = first; i < last; i++) draft.run(i, false);
  const weighted = multiply(weights, metric.values, form.outputs, metric.length, metric.length);
  const rows = bestSecond(form, realRows(stored.rows), weighted, metric);
  const [map, second] = final.inputs.map((t) => draft.tensors[t]);
  const window = windowOf(final, map, draft.tensors[final.outputs[0]!], second)!;
  const between = draftPatches(draft, final.inputs[0]!, window, facts.places);
  const inputMeans = columnMeans(between.patches, patchLength(window)).map((mean) => between.scale * mean);
  const means = { inputs: inputMeans, outputs: outputMeans, inputScale: between.scale, own: false };
  const scales = target.weights.quantisation!.scales;
  placeConstants(draft.tensors, final, storeLayer(rows, means, scaling, scales));
  draft.run(last, false);
};
