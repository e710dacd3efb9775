import { AREAS, type Area } from '../estimate/types.js';
import { align, alike, segments, type Segment, type Shape } from './align.js';
import type { Change } from './types.js';
import type { Explanation, LayerExplanation } from './types.js';
import { sentenceOf, wordsOf } from './finding.js';
import { reasonsFor } from './reasons.js';

/** Same layers with the same cycles, same layers with other figures, other layers, layers of only one network. */
export type Relation = 'same' | 'changed' | 'replaced' | 'only in A' | 'only in B';

/** Layers that stand beside each other. */
export interface Difference {
  readonly relation: Relation;
  readonly a: readonly LayerExplanation[];
  readonly b: readonly LayerExplanation[];
  readonly cyclesA: number;
  readonly cyclesB: number;
  /** Bytes moved by memory, B minus A; memories without a difference are missing. */
  readonly bytes: ReadonlyMap<Area, number>;
  /** Why the figures differ; empty where the cycles are the same. */
  readonly reason: string;
  /** The same in few words. */
  readonly words: readonly string[];
}

/** Two networks on one system, side by side. */
export interface Comparison {
  readonly a: Explanation;
  readonly b: Explanation;
  readonly differences: readonly Difference[];
  /** Changes of layers of B that differ from A, most cycles saved first. */
  readonly changes: readonly { readonly layer: LayerExplanation; readonly change: Change }[];
}

/** Changes that are shown at most, and the share of B's cycles that they save at least. */
const MOST_CHANGES = 3;
const LEAST_SAVED = 0.005;

function shapeOf({ facts, layer }: LayerExplanation): Shape {
  const { height, width, strideH, strideW, dilationH, dilationW } = facts.cost.kernel;
  return {
    operator: layer.operator,
    kernel: [height, width, strideH, strideW, dilationH, dilationW],
    ofm: facts.cost.ofm.shape,
    ifmDepth: facts.cost.ifms[0]!.shape[3],
    name: layer.name,
    origin: layer.origin,
  };
}

const sum = (layers: readonly LayerExplanation[], value: (layer: LayerExplanation) => number): number =>
  layers.reduce((total, layer) => total + value(layer), 0);

function bytesDifference(
  a: readonly LayerExplanation[],
  b: readonly LayerExplanation[],
): ReadonlyMap<Area, number> {
  const differences = AREAS.map((area) => {
    const bytes = ({ facts }: LayerExplanation): number => facts.traffic[area];
    return [area, sum(b, bytes) - sum(a, bytes)] as const;
  });
  return new Map(differences.filter(([, bytes]) => bytes !== 0));
}

function relationOf(
  a: readonly LayerExplanation[],
  b: readonly LayerExplanation[],
  pairAlike: boolean,
  bytes: ReadonlyMap<Area, number>,
): Relation {
  if (b.length === 0) return 'only in A';
  if (a.length === 0) return 'only in B';
  if (!pairAlike) return 'replaced';
  const same =
    bytes.size === 0 && a[0]!.layer.cycles === b[0]!.layer.cycles && a[0]!.layer.macs === b[0]!.layer.macs;
  return same ? 'same' : 'changed';
}

/** Compares two networks that were explained on the same system. */
export function compare(a: Explanation, b: Explanation): Comparison {
  const shapesA = a.layers.map(shapeOf);
  const shapesB = b.layers.map(shapeOf);
  const pairAlike = (i: number, j: number): boolean => alike(shapesA[i]!, shapesB[j]!);
  const difference = (segment: Segment): Difference => {
    const layersA = segment.a.map((i) => a.layers[i]!);
    const layersB = segment.b.map((j) => b.layers[j]!);
    const [i, j] = [segment.a[0], segment.b[0]];
    const one = segment.a.length === 1 && segment.b.length === 1;
    const bytes = bytesDifference(layersA, layersB);
    const relation = relationOf(
      layersA,
      layersB,
      one && i !== undefined && j !== undefined && pairAlike(i, j),
      bytes,
    );
    const findings = relation === 'same' ? [] : reasonsFor(layersA, layersB);
    return {
      relation,
      a: layersA,
      b: layersB,
      cyclesA: sum(layersA, ({ layer }) => layer.cycles),
      cyclesB: sum(layersB, ({ layer }) => layer.cycles),
      bytes,
      reason: sentenceOf(findings),
      words: wordsOf(findings),
    };
  };
  const differences = segments(align(shapesA, shapesB), pairAlike).map(difference);
  const changes = differences
    .filter(({ relation }) => relation !== 'same')
    .flatMap(({ b: layers }) => layers.flatMap((layer) => layer.changes.map((change) => ({ layer, change }))))
    .filter(({ change }) => change.cyclesSaved >= LEAST_SAVED * b.estimate.cycles)
    .sort((x, y) => y.change.cyclesSaved - x.change.cyclesSaved)
    .slice(0, MOST_CHANGES);
  return { a, b, differences, changes };
}
