import type { Graph, Operator, Tensor } from '../../../src/graph/network.js';
import { once } from '../../../src/lazy.js';
import { multiplyTransposed } from '../../../src/run/matrix.js';
import { realBias } from '../../substitute/requantise.js';
import { realWeights } from '../../substitute/real-weights.js';
import type { Values } from '../../../src/run/index.js';
import { momentsOf, storeTargets, type Moments, type Targets } from './moments.js';
import { choosePlaces, patchesAt, type Stored } from './patches.js';
import { metricOf, type Metric } from './ridge.js';
import type { Original } from './original.js';
import { patchLength, positionsOf, windowOf, type Window } from './window.js';

/** A convolution or fully connected layer of the original with what it gave before activation and rounding. */
export interface LayerFacts {
  readonly operator: Operator;
  readonly window: Window;
  readonly outputs: number;
  /** Real weights: a row per output. */
  readonly rows: Float64Array;
  readonly bias: Float64Array;
  /** Output positions at which the layer is fitted. */
  readonly places: Int32Array;
  /** λ of its fits. */
  readonly ridge: number;
  readonly targets: Targets;
  /** Moments on its own inputs, and their metric; not for depthwise layers. */
  readonly moments: () => Moments;
  readonly metric: () => Metric;
}

/** How layers are fitted. */
export interface LayerOptions {
  readonly places: PlaceCounts;
  /** λ: how much the original weights count. */
  readonly ridge: number;
}

/** How many output positions are looked at. */
export interface PlaceCounts {
  /** Per entry of a patch, … */
  readonly perEntry: number;
  /** … but at least so many. */
  readonly least: number;
}

/** Of the choice of these positions. */
const SEED = 1;

export const USUAL_PLACES: PlaceCounts = { perEntry: 30, least: 2000 };

const tensorAt = (graph: Graph, index: number | undefined): Tensor | undefined => graph.tensors[index ?? -1];

const isByte = (tensor: Tensor | undefined): tensor is Tensor =>
  (tensor?.type === 'int8' || tensor?.type === 'uint8') && tensor.quantisation?.scales.length === 1;

/** Weights as a row per output: those of depthwise layers lie the other way round. */
export const weightRows = (weights: Tensor, depthwise: boolean): Float64Array | undefined => {
  const values = realWeights(weights);
  if (values === undefined || !depthwise) return values;
  const channels = weights.shape!.at(-1)!;
  const length = values.length / channels;
  return Float64Array.from(values, (_, i) => values[(i % length) * channels + Math.floor(i / length)]!);
};

/** What can be fitted: window and real values of a layer of bytes with constant weights; undefined for others. */
export const fittable = (
  operator: Operator,
  tensors: readonly (Tensor | undefined)[],
): Pick<LayerFacts, 'window' | 'rows' | 'bias' | 'outputs'> | undefined => {
  const [ifm, weights, bias] = [0, 1, 2].map((i) => tensors[operator.inputs[i] ?? -1]);
  const ofm = tensors[operator.outputs[0] ?? -1];
  const window = windowOf(operator, ifm, ofm, weights);
  if (window === undefined || !isByte(ifm) || !isByte(ofm)) return undefined;
  if (weights?.type !== 'int8' && weights?.type !== 'uint8') return undefined;
  if (bias !== undefined && bias.type !== 'int32') return undefined;
  const rows = weightRows(weights, window.depthwise);
  const outputs = window.depthwise ? window.channels : weights.shape![0]!;
  const scales = weights.quantisation?.scales ?? [];
  const biases = realBias(bias, ifm.quantisation!.scales[0]!, scales, outputs);
  return rows && biases && { window, rows, bias: biases, outputs };
};

/** Values less their zero point of weights of bytes, and their scales, as rows of a matrix. */
const levelRows = (rows: Float64Array, scales: readonly number[], outputs: number): Int16Array => {
  const length = rows.length / outputs;
  return Int16Array.from(rows, (value, i) =>
    Math.round(value / (scales[Math.floor(i / length)] ?? scales[0]!)),
  );
};

/** Real outputs before activation at some places, from patches of the layer's own input. */
const preActivations = (
  facts: Pick<LayerFacts, 'window' | 'rows' | 'bias' | 'outputs'>,
  patches: Int16Array,
  inputScale: number,
  scales: readonly number[],
): Float64Array => {
  const { window, rows, bias, outputs } = facts;
  const length = patchLength(window);
  const count = patches.length / length;
  const result = new Float64Array(count * outputs);
  if (window.depthwise) {
    const taps = window.kernelHeight * window.kernelWidth;
    for (let n = 0; n < count; n++) {
      for (let c = 0; c < outputs; c++) {
        let sum = 0;
        for (let k = 0; k < taps; k++) sum += rows[c * taps + k]! * patches[n * length + k * outputs + c]!;
        result[n * outputs + c] = inputScale * sum + bias[c]!;
      }
    }
    return result;
  }
  const sums = multiplyTransposed(patches, levelRows(rows, scales, outputs), count, outputs, length);
  for (let i = 0; i < sums.length; i++) {
    const o = i % outputs;
    result[i] = inputScale * (scales[o] ?? scales[0]!) * sums[i]! + bias[o]!;
  }
  return result;
};

/** Facts of a layer of the original; undefined where it cannot be fitted. */
export const layerFacts = (
  { graph, samples, values }: Original,
  operator: Operator,
  { places: counts, ridge }: LayerOptions,
): LayerFacts | undefined => {
  const found = fittable(operator, graph.tensors);
  if (found === undefined) return undefined;
  const { window, outputs } = found;
  const { depthwise } = window;
  const ifm = tensorAt(graph, operator.inputs[0])!;
  const scales = tensorAt(graph, operator.inputs[1])!.quantisation!.scales;
  const [inputScale, zeroPoint] = [ifm.quantisation!.scales[0]!, ifm.quantisation!.zeroPoints[0] ?? 0];
  const entries = depthwise ? window.kernelHeight * window.kernelWidth : patchLength(window);
  const most = Math.max(counts.least, counts.perEntry * entries);
  const places = choosePlaces(positionsOf(window), samples, most, SEED);
  const patches = (): Int16Array =>
    patchesAt(values[operator.inputs[0]!] as Values as Stored, window, zeroPoint, places);
  const targets = storeTargets(preActivations(found, patches(), inputScale, scales), outputs);
  const moments = once(() => momentsOf(patches(), patchLength(window), inputScale, targets));
  return {
    ...found,
    operator,
    places,
    ridge,
    targets,
    moments,
    metric: once(() => metricOf(moments().inputs, patchLength(window), ridge)),
  };
};
