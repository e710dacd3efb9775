import type { Comparison } from '../explain/compare.js';
import type { LayerExplanation } from '../explain/types.js';
import type { Explanation } from '../explain/types.js';
import { fvpVerdict } from '../explain/fvp-verdict.js';
import { verdict, totalsOf, type Names } from './compare.js';
import { cpuLayerJson, systemJson } from './explain-json.js';
import { cpuGroups } from '../explain/cpu.js';
import { cpuJson } from './cpu.js';
import { fvpJson, fvpVerdictText } from './fvp.js';
import { traitsJson } from './traits.js';
import type { Json } from './json-value.js';

/** Version of the shape that {@link comparisonJson} returns. */
export const COMPARE_SCHEMA = 'paretou/compare@1';

const networkJson = ({ estimate, fvp, cpuLayers }: Explanation, model: string): Json => ({
  model,
  network: estimate.network,
  predicted_weights: estimate.predictedWeights,
  traits: traitsJson(estimate.traits),
  fvp: fvpJson(fvp, estimate.layers),
  cpu_operators: estimate.cpuOperators,
  cpu_reasons: cpuJson(cpuGroups(estimate.layers)),
  cpu_layers: cpuLayers.map(cpuLayerJson),
});

const layerJson = ({ layer, account, boundSentence }: LayerExplanation): Json => ({
  origin: layer.origin,
  operator: layer.operator,
  name: layer.name,
  ofm_shape: layer.detail!.ofmShape,
  cycles: layer.cycles,
  macs: layer.macs,
  bound: account.bound,
  bound_sentence: boundSentence,
});

/** A comparison as data; layers in order of execution. */
export function comparisonJson(
  { a, b, differences, changes }: Comparison,
  names: Names,
): { readonly [key: string]: Json } {
  return {
    schema: COMPARE_SCHEMA,
    ...systemJson(a.estimate),
    a: networkJson(a, names.a),
    b: networkJson(b, names.b),
    verdict: verdict(a.estimate, b.estimate),
    fvp: { verdict: fvpVerdict(a.fvp, b.fvp) ?? null, sentence: fvpVerdictText(a.fvp, b.fvp) },
    totals: Object.fromEntries(
      totalsOf(a.estimate, b.estimate).map((total) => [
        total.name.toLowerCase().replace(/\W+/g, '_'),
        { a: total.a, b: total.b, difference: total.b - total.a },
      ]),
    ),
    layers: differences.map((difference) => ({
      relation: difference.relation,
      a: difference.a.map(layerJson),
      b: difference.b.map(layerJson),
      cycles: {
        a: difference.cyclesA,
        b: difference.cyclesB,
        difference: difference.cyclesB - difference.cyclesA,
      },
      bytes_difference: Object.fromEntries(difference.bytes),
      reason: difference.reason,
    })),
    changes: changes.map(({ layer, change }) => ({
      origin: layer.layer.origin,
      name: layer.layer.name,
      kind: change.kind,
      cycles_saved: change.cyclesSaved,
      sentence: change.sentence,
    })),
  };
}
