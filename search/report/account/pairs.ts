import { groupBy } from '../../../src/groups.js';
import { AREAS, type Layer } from '../../../src/estimate/types.js';
import type { Explanation, LayerExplanation } from '../../../src/explain/types.js';

/** Layers of two networks that stand for the same operator of the original. */
export interface Pair {
  /** Index in the original graph; −1 for operations that were added. */
  readonly operator: number;
  readonly before: readonly LayerExplanation[];
  readonly after: readonly LayerExplanation[];
  /** What the CPU executes. */
  readonly cpuBefore: readonly Layer[];
  readonly cpuAfter: readonly Layer[];
}

/** Cycles of layers. */
export const cyclesOf = (layers: readonly LayerExplanation[]): number =>
  layers.reduce((sum, { layer }) => sum + layer.cycles, 0);

/** Bytes that layers move through all memories. */
export const bytesOf = (layers: readonly LayerExplanation[]): number =>
  layers.reduce((sum, { facts }) => sum + AREAS.reduce((n, area) => n + facts.traffic[area], 0), 0);

/** The layers of a network and of a design of it, by the operator that they come from, in its order. */
export const pairLayers = (before: Explanation, after: Explanation): ReadonlyMap<number, Pair> => {
  const npu = [before, after].map(({ layers }) => groupBy(layers, ({ layer }) => layer.origin));
  const cpu = [before, after].map(({ cpuLayers }) => groupBy(cpuLayers, ({ origin }) => origin));
  const operators = new Set([...npu, ...cpu].flatMap((groups) => [...groups.keys()]));
  const pairOf = (operator: number): Pair => ({
    operator,
    before: npu[0]!.get(operator) ?? [],
    after: npu[1]!.get(operator) ?? [],
    cpuBefore: cpu[0]!.get(operator) ?? [],
    cpuAfter: cpu[1]!.get(operator) ?? [],
  });
  return new Map([...operators].sort((a, b) => a - b).map((operator) => [operator, pairOf(operator)]));
};
