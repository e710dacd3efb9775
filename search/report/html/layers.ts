import type { LayerPair, LayerSide, ModelLayers, ModelReport } from '../../../report-html/contract.js';
import { idOf, isUnchanged, systemOf, type Dataset } from '../../../report-html/dataset.js';
import { PARTS, type Part } from '../../../src/explain/account.js';
import type { Explanation, LayerExplanation } from '../../../src/explain/types.js';
import type { Network } from '../../../src/graph/network.js';
import { groupBy, sumBy } from '../../../src/groups.js';
import { shapeText } from '../../../src/text.js';
import { nameDesign } from '../../emit/named-design.js';
import { wholeEvaluators } from '../../evaluate/whole-evaluator.js';
import { parseDesignId } from '../../space/changes.js';
import { baselineSpace } from '../../space/space.js';
import { fittedEvaluators } from '../../evaluate/trial/fitted-evaluators.js';
import { explainDesign } from '../account/explainer.js';
import { cyclesOf, pairLayers, type Pair } from '../account/pairs.js';
import { operationText } from '../account/words.js';
import { systemsIn, unpacked } from './reported.js';

const PART_NAMES = Object.keys(PARTS) as readonly Part[];

/** Where the cycles of some layers go, together. */
const sharesOf = (layers: readonly LayerExplanation[]): LayerSide['shares'] => {
  const cycles = sumBy(
    layers.flatMap(({ account }) => account.shares),
    ({ part }) => part,
    (share) => share.cycles,
  );
  return PART_NAMES.flatMap((part, i) => (cycles.has(part) ? [[i, cycles.get(part)!] as const] : []));
};

/** Operations of which the same is said are named once. */
const textsOf = (layers: readonly LayerExplanation[]): string => {
  const texts = layers.map((layer) => `${operationText(layer)} ${shapeText(layer.layer.detail!.ofmShape)}`);
  return [...groupBy(texts, (text) => text)]
    .map(([text, same]) => (same.length > 1 ? `${same.length} x ${text}` : text))
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

const NONE: ModelLayers = { parts: Object.values(PARTS), designs: [], note: null };

/** Layers that cannot be shown, with the reason. */
export const noLayers = (note: string): ModelLayers => ({ ...NONE, note });

/** Makes the layers of rows of a report beside those of the unchanged network; undefined where these are not known. */
const layersBySystem = (
  network: Network,
  model: ModelReport,
  data: Dataset,
): ((row: number, fitted?: Network) => readonly LayerPair[] | undefined) => {
  const createEvaluator = wholeEvaluators();
  const systems = systemsIn(model);
  const by = { substitutions: 'design', widths: 'design' };
  const unchanged = new Map<number, Explanation>();
  return (row, fitted) => {
    const system = systemOf(data, row);
    const { space, digits } = nameDesign(network, parseDesignId(idOf(data, row)), by, {
      systems: [systems[system]!],
      optimise: model.optimise,
    });
    const before =
      unchanged.get(system) ??
      explainDesign(createEvaluator(baselineSpace(space), 'known'), [0]).layers?.explain();
    if (before === undefined) return undefined;
    unchanged.set(system, before);
    if (isUnchanged(data, row)) return pairsOf(before, before);
    const create = fitted === undefined ? createEvaluator : fittedEvaluators(fitted, digits);
    return pairsOf(before, explainDesign(create(space, 'known'), digits).layers!.explain());
  };
};

/** The layers of the pick with its fitted weights, which cannot be computed from the model. */
export const fittedLayers = async (
  network: Network,
  model: ModelReport,
  fitted: Network,
): Promise<readonly LayerPair[] | undefined> => {
  const { pick } = model.marks;
  return pick === null ? undefined : layersBySystem(network, model, await unpacked(model))(pick, fitted);
};

/** Layers of the designs that stand for the fronts of a report, beside those of the unchanged network. */
export const layersOf = async (network: Network, model: ModelReport): Promise<ModelLayers> => {
  const { pick, shown } = model.marks;
  const pairsAt = layersBySystem(network, model, await unpacked(model));
  const designs = shown.flatMap((row) => {
    const pairs = (row === pick ? model.fitted : undefined) ?? pairsAt(row);
    return pairs === undefined ? [] : [{ row, pairs }];
  });
  return { ...NONE, designs };
};
