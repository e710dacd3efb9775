import type { LayerPair, LayerSide, ModelLayers, ModelReport } from '../../../report-html/contract.js';
import { datasetOf, idOf, isUnchanged, systemOf, type Dataset } from '../../../report-html/dataset.js';
import { PARTS, type Part } from '../../../src/explain/account.js';
import type { Explanation, LayerExplanation } from '../../../src/explain/explain.js';
import type { Network } from '../../../src/graph/network.js';
import type { System } from '../../../src/npu/system.js';
import { shapeText } from '../../../src/text.js';
import { nameDesign } from '../../emit/named-design.js';
import { wholeEvaluators } from '../../evaluate/whole-evaluator.js';
import { METRIC_NAMES, isMeasured } from '../../metrics.js';
import { parseDesignId } from '../../space/changes.js';
import { baselineSpace } from '../../space/space.js';
import { explainDesign } from '../account/explainer.js';
import { cyclesOf, pairLayers, type Pair } from '../account/pairs.js';
import { operationText } from '../account/words.js';
import { inflated } from './pack.js';

const PART_NAMES = Object.keys(PARTS) as readonly Part[];

/** Where the cycles of some layers go, together. */
const sharesOf = (layers: readonly LayerExplanation[]): LayerSide['shares'] => {
  const cycles = new Map<Part, number>();
  for (const { account } of layers)
    for (const share of account.shares) cycles.set(share.part, (cycles.get(share.part) ?? 0) + share.cycles);
  return PART_NAMES.flatMap((part, i) => (cycles.has(part) ? [[i, cycles.get(part)!] as const] : []));
};

/** Operations of which the same is said are named once. */
const textsOf = (layers: readonly LayerExplanation[]): string => {
  const texts = layers.map((layer) => `${operationText(layer)} ${shapeText(layer.layer.detail!.ofmShape)}`);
  const distinct = [...new Set(texts)];
  return distinct
    .map((text) => {
      const times = texts.filter((other) => other === text).length;
      return times > 1 ? `${times} x ${text}` : text;
    })
    .join(' + ');
};

const sideOf = (layers: readonly LayerExplanation[], cpu: Pair['cpuBefore']): LayerSide | null => {
  if (layers.length === 0 && cpu.length === 0) return null;
  return {
    text: [textsOf(layers), ...cpu.map(({ originalOperator }) => `${originalOperator} on the CPU`)]
      .filter((text) => text !== '')
      .join(' + '),
    cycles: cyclesOf(layers),
    shares: sharesOf(layers),
    sentences: [...new Set(layers.map(({ boundSentence }) => boundSentence))],
  };
};

const pairsOf = (before: Explanation, after: Explanation): LayerPair[] =>
  [...pairLayers(before, after).values()].map((pair) => ({
    operator: pair.operator,
    before: sideOf(pair.before, pair.cpuBefore),
    after: sideOf(pair.after, pair.cpuAfter),
  }));

const NONE: Pick<ModelLayers, 'parts' | 'designs'> = { parts: Object.values(PARTS), designs: [] };

/** Layers that cannot be shown, with the reason. */
export const noLayers = (note: string): ModelLayers => ({ ...NONE, note });

const isMeasuredAt = (data: Dataset, row: number): boolean =>
  METRIC_NAMES.some((name) => isMeasured(name) && !Number.isNaN(data.values.get(name)?.[row] ?? NaN));

/** Layers of the designs that stand for the fronts of a report, beside those of the unchanged network. */
export const layersOf = async (network: Network, model: ModelReport): Promise<ModelLayers> => {
  const data = await datasetOf(model, (text) => Promise.resolve(inflated(text)));
  const createEvaluator = wholeEvaluators();
  const systems = model.systems.map(({ code, system }) => ({ code, system: system as unknown as System }));
  const by = { substitutions: 'design', widths: 'design' };
  const unchanged = new Map<number, Explanation>();
  const designs = model.marks.shown.flatMap((row) => {
    const system = systemOf(data, row);
    const { space, digits } = nameDesign(network, parseDesignId(idOf(data, row)), by, {
      systems: [systems[system]!],
      optimise: model.optimise,
    });
    const before =
      unchanged.get(system) ??
      explainDesign(createEvaluator(baselineSpace(space), 'known'), [0]).layers?.explain();
    if (before === undefined) return [];
    unchanged.set(system, before);
    const after = isUnchanged(data, row)
      ? before
      : explainDesign(createEvaluator(space, 'known'), digits).layers!.explain();
    return [{ row, pairs: pairsOf(before, after) }];
  });
  const fitted = model.marks.shown.some((row) => isMeasuredAt(data, row));
  const note = fitted
    ? 'These cycles are of weights that are not fitted to samples; fitted weights can be encoded to other sizes.'
    : null;
  return { parts: Object.values(PARTS), designs, note };
};
