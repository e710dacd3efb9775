import { inputError } from '../../../src/errors.js';
import type { Network, Operator } from '../../../src/graph/network.js';
import { getOrMake, once } from '../../../src/lazy.js';
import { whyNotRunnable } from '../../../src/run/index.js';
import { createApplier } from '../apply.js';
import { keepingOrder } from '../kept-channels.js';
import { channelRelation, weightsAmong } from '../../space/channel-rules.js';
import type { Digits, Space } from '../../space/space.js';
import type { WidthGroup } from '../../space/width-groups.js';
import { findSubstitution, STANDARD } from '../../substitute/index.js';
import { createDraft, type Draft } from './draft.js';
import { fitLayer } from './fit-layer.js';
import { fitReplacement } from './fit-replacement.js';
import { fittable, layerFacts, USUAL_PLACES, type LayerFacts, type LayerOptions } from './layer-facts.js';
import { RIDGE } from './ridge.js';
import { runOriginal, type Inputs } from './original.js';
import { keepingOrderFor, type Consumer } from './selection.js';

/** Weights of the designs of a space, fitted to samples. */
export interface Fitting {
  /** The network of a design with fitted weights; the original object where nothing changes. */
  readonly network: (digits: Digits) => Network;
  /** Channels of the space's width group of this number in the order in which they are kept. */
  readonly order: (group: number) => Int32Array;
}

/**
 * Why the designs of a space cannot be fitted, in one sentence; undefined where they can: all operators run, and those
 * that change are convolutions or fully connected layers of bytes with known weights.
 */
export const whyNotFittable = ({ network, sites, groups }: Space): string | undefined => {
  const reason = whyNotRunnable(network);
  if (reason !== undefined) return reason;
  const [graph] = network.graphs;
  const varying = new Set(groups.flatMap(({ group }) => group.tensors));
  const replaced = new Set(sites.map(({ site }) => site.operator));
  const index = graph.operators.findIndex((operator, i) => {
    const touched = [...operator.inputs, ...operator.outputs].some((t) => varying.has(t));
    const hasWeights = weightsAmong(channelRelation(operator, graph).constants) !== undefined;
    return (replaced.has(i) || (touched && hasWeights)) && fittable(operator, graph.tensors) === undefined;
  });
  if (index < 0) return undefined;
  const { kind } = graph.operators[index]!;
  return `operator ${index} (${kind}) cannot be fitted: it is no int8 or uint8 layer with known weights`;
};

/** A layer as a reader of a feature map's channels. */
const consumerOf = (facts: LayerFacts): Consumer => ({
  taps: facts.window.kernelHeight * facts.window.kernelWidth,
  outputs: facts.outputs,
  rows: facts.rows,
  inputs: facts.moments().inputs,
  metric: facts.metric().values,
});

/**
 * Prepares a space with samples: what depends on the original only is computed once, when it is first needed.
 *
 * @throws an input error with the reason where designs of the space cannot be fitted
 */
export const createFitting = (
  space: Space,
  samples: Inputs,
  { places = USUAL_PLACES, ridge = RIDGE }: Partial<LayerOptions> = {},
): Fitting => {
  const reason = whyNotFittable(space);
  if (reason !== undefined) throw inputError(reason);
  const { network } = space;
  const [graph] = network.graphs;
  const original = runOriginal(network, samples);
  const factsOf = graph.operators.map((operator) =>
    once(() => layerFacts(original, operator, { places, ridge })),
  );

  const order = (group: WidthGroup): Int32Array => {
    const members = new Set(group.tensors);
    const readers = graph.operators.flatMap((operator, i) =>
      members.has(operator.inputs[0]!) && fittable(operator, graph.tensors)?.window.depthwise === false
        ? [i]
        : [],
    );
    if (readers.length === 0) return keepingOrder(group, graph);
    return keepingOrderFor(
      readers.map((i) => consumerOf(factsOf[i]!()!)),
      group.channels,
    );
  };
  const applier = createApplier(space, 'known', { order, replacements: 'unknown' });
  const filters = new Map<string, Float64Array>();
  const siteAt = new Map(space.sites.map(({ site }, s) => [site.operator, s]));

  const optionAt = (index: number, digits: Digits): string => {
    const site = siteAt.get(index);
    return site === undefined ? STANDARD : space.sites[site]!.options[digits[site]!]!;
  };

  /** Channels of a feature map that are left, or all of them. */
  const columnsOf = (tensor: number, digits: Digits): ArrayLike<number> => {
    const channels = graph.tensors[tensor]!.shape!.at(-1)!;
    return applier.channelMap(tensor, digits) ?? Int32Array.from({ length: channels }, (_, c) => c);
  };
  const keepsAll = (tensor: number, digits: Digits): boolean => {
    const map = applier.channelMap(tensor, digits);
    return map === undefined || map.filter((c) => c >= 0).length === graph.tensors[tensor]!.shape!.at(-1)!;
  };

  /** Fits and runs the operators `first` to `last`, which stand for operator `index` of the original. */
  const fitOperators = (draft: Draft, first: number, last: number, index: number, digits: Digits): void => {
    const operator = graph.operators[index]!;
    const [map = -1] = operator.inputs;
    const [result = -1] = operator.outputs;
    const option = optionAt(index, digits);
    const faithful = operator.inputs.every(
      (t) => t < 0 || graph.tensors[t]!.constant !== undefined || draft.faithful[t] === 1,
    );
    if (option !== STANDARD) {
      const target = applier.target(index, digits);
      const intact = faithful && applier.channelMap(map, digits) === undefined;
      const usual = intact && applier.channelMap(result, digits) === undefined;
      fitReplacement(draft, first, last, {
        target,
        facts: factsOf[index]!()!,
        factors: findSubstitution(option)!.factors(target),
        columns: columnsOf(result, digits),
        intact,
        remember: (make) => (usual ? getOrMake(filters, `${index} ${option}`, make) : make()),
      });
      return;
    }
    // A depthwise layer gives a channel what it gave before as long as this channel is there.
    const intact = faithful && (!isDense(operator) || keepsAll(map, digits));
    const own = draft.operators[first]!;
    const facts = intact || draft.sharesConstants(own) ? undefined : factsOf[index]!();
    if (facts !== undefined)
      fitLayer(draft, own, applier.target(index, digits), facts, columnsOf(result, digits));
    for (let i = first; i <= last; i++) draft.run(i, intact);
  };

  return {
    order: applier.order,
    network: (digits) => {
      const plain = applier.network(digits);
      if (plain === network) return network;
      const [designed] = plain.graphs;
      const draft = createDraft(original, designed.operators, designed.tensors);
      for (let first = 0; first < draft.operators.length;) {
        const index = draft.operators[first]!.origin;
        let last = first;
        while (draft.operators[last + 1]?.origin === index) last++;
        fitOperators(draft, first, last, index, digits);
        first = last + 1;
      }
      return { ...plain, graphs: [{ ...designed, tensors: draft.tensors }, ...plain.graphs.slice(1)] };
    },
  };
};

/** Each of its outputs depends on all channels of its input. */
const isDense = ({ kind }: Operator): boolean => kind === 'CONV_2D' || kind === 'FULLY_CONNECTED';
