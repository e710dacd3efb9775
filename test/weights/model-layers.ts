import { join } from 'node:path';
import { loadNetwork } from '../../src/graph/load.js';
import type { Graph, Operator } from '../../src/graph/network.js';
import type { WeightArray } from '../../src/weights/weight-array.js';
import { weightsFromBytes } from '../../src/weights/from-bytes.js';

/** An operator of a model with constant weights. */
export interface ModelLayer {
  /** `CONV_2D`, `DEPTHWISE_CONV_2D` or `FULLY_CONNECTED`. */
  readonly kind: string;
  /** Of the output tensor. */
  readonly name: string;
  /** The weights for an operation that is a depthwise or is not: the same filter can serve either. */
  readonly weights: (depthwise: boolean) => WeightArray;
}

const KINDS = ['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED'];

const layerOf = (graph: Graph, operator: Operator): ModelLayer[] => {
  const filter = graph.tensors[operator.inputs[1] ?? -1];
  const bytes = filter?.constant?.bytes;
  const shape = filter?.shape;
  if (!KINDS.includes(operator.kind) || filter === undefined || bytes === undefined || shape === undefined)
    return [];
  if (filter.type !== 'int8' && filter.type !== 'uint8') return [];
  const { type } = filter;
  const [o = 1, h = 1, w = 1, i = 1] = shape;
  const filterDepthwise = operator.kind === 'DEPTHWISE_CONV_2D';
  const weights = (depthwise: boolean): WeightArray =>
    weightsFromBytes({
      key: `${filter.name} ${operator.origin} ${String(depthwise)}`,
      bytes,
      type,
      shape: filterDepthwise ? [i, h, w, 1] : shape.length === 2 ? [o, 1, 1, h] : [o, h, w, i],
      order: filterDepthwise ? '1HWC' : 'OHWI',
      depthwise,
      zeroPoints: filter.quantisation?.zeroPoints ?? [],
    });
  return [{ kind: operator.kind, name: graph.tensors[operator.outputs[0]!]!.name, weights }];
};

/** The layers with weights of `models/<model>.tflite` in the shared folder, in file order. */
export const modelLayers = (shared: string, model: string): ModelLayer[] => {
  const [graph] = loadNetwork(join(shared, 'models', `${model}.tflite`)).network.graphs;
  return graph.operators.flatMap((operator) => layerOf(graph, operator));
};
