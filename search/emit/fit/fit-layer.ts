import type { Operator, Tensor } from '../../../src/graph/network.js';
import { scalingOf, type Scaling, type StoredLayer } from '../../substitute/requantise.js';
import type { Target } from '../../substitute/index.js';
import { depthwiseWeights } from './depthwise.js';
import type { Draft } from './draft.js';
import { weightRows, type LayerFacts } from './layer-facts.js';
import { momentsOf, targetColumns } from './moments.js';
import { patchesAt, type Stored } from './patches.js';
import { metricOf, ridgeWeights } from './ridge.js';
import { biasTensor, storeLayer, weightsTensor } from './store-layer.js';
import { patchLength, windowOf, type Window } from './window.js';

/** Scaling of a layer that keeps its form: as many scales as there were. */
const keptScaling = (target: Pick<Target, 'operator' | 'weights'>): Scaling => {
  const { type, quantisation } = target.weights;
  if (type === 'int8' && (quantisation?.scales.length ?? 1) <= 1) return 'per-tensor';
  return scalingOf(target);
};

/** Patches of a feature map of a draft, and the real value of one of their levels. */
export const draftPatches = (
  draft: Draft,
  map: number,
  window: Window,
  places: Int32Array,
): { readonly patches: Int16Array; readonly scale: number } => {
  const { scales, zeroPoints } = draft.tensors[map]!.quantisation!;
  return {
    patches: patchesAt(draft.values[map] as Stored, window, zeroPoints[0] ?? 0, places),
    scale: scales[0]!,
  };
};

/** Window of a layer of a design. */
export const targetWindow = ({ operator, ifm, ofm, weights }: Target): Window =>
  windowOf(operator, ifm, ofm, weights)!;

/** Puts stored weights and a bias where a layer has them. */
export const placeConstants = (tensors: Tensor[], { kind, inputs }: Operator, layer: StoredLayer): void => {
  const [, weights, biases = -1] = inputs as [number, number, number?];
  tensors[weights] = weightsTensor(tensors[weights]!, layer.rows, kind === 'DEPTHWISE_CONV_2D' ? 3 : 0);
  if (biases >= 0) tensors[biases] = biasTensor(tensors[biases]!, layer);
};

/**
 * Fits the weights and the bias of a layer that keeps its form to what its draft reads.
 * @param columns the original's output channels that are left
 */
export const fitLayer = (
  draft: Draft,
  operator: Operator,
  target: Target,
  facts: LayerFacts,
  columns: ArrayLike<number>,
): void => {
  const { depthwise } = facts.window;
  const window = targetWindow(target);
  const length = patchLength(window);
  const { patches, scale } = draftPatches(draft, operator.inputs[0]!, window, facts.places);
  const targets = targetColumns(facts.targets, columns);
  const original = weightRows(target.weights, depthwise)!;
  const store = (rows: Float64Array, inputs: Float64Array, outputs: Float64Array): void => {
    const means = { inputs, outputs, inputScale: scale, own: depthwise };
    const scales = target.weights.quantisation!.scales;
    placeConstants(draft.tensors, operator, storeLayer(rows, means, keptScaling(target), scales));
  };
  if (depthwise) {
    const channels = targets.scales.length;
    const request = { patches, taps: length / channels, channels, scale, targets };
    const { rows, inputMeans, outputMeans } = depthwiseWeights(request, original, facts.ridge);
    store(rows, inputMeans, outputMeans);
  } else {
    const moments = momentsOf(patches, length, scale, targets);
    const rows = ridgeWeights(moments, metricOf(moments.inputs, length, facts.ridge), original);
    store(rows, moments.inputMeans, moments.outputMeans);
  }
};
