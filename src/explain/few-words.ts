import { AREA_NAMES } from '../estimate/types.js';
import { unchanged, usesOf } from './access.js';
import { PARTS, type Part } from './account.js';
import { mayFuseRelu } from './designed.js';
import type { LayerExplanation } from './types.js';
import { USERS } from './words.js';

/** A factor above this is as good as 1. */
export const NEARLY_ONE = 0.9995;

/** A share in few characters: 12.5%, 9.38%. */
export const roughly = (share: number): string => `${Number((100 * share).toPrecision(3))}%`;

/** What sets a layer's cycles: a part of them, or the memory that it waits for. */
export function boundName({ account, layer }: LayerExplanation): string {
  const area = layer.detail!.boundBy;
  return account.bound === 'memory' && area !== 'npu' ? AREA_NAMES[area] : PARTS[account.bound];
}

/** Why a part takes as long as it does, in few words; parts that are missing need none. */
const CAUSES: Readonly<Partial<Record<Part, (explained: LayerExplanation) => readonly string[]>>> = {
  mac: ({ account }) => {
    const short = account.factors.filter(({ value }) => value < NEARLY_ONE);
    if (short.length === 0) return ['array full'];
    return short.toSorted((a, b) => a.value - b.value).map(({ name, value }) => `${name} ${roughly(value)}`);
  },
  output: ({ facts }) => {
    const { cost, config, machine } = facts;
    const rate = machine.model.outputRate(cost, config);
    const slow = mayFuseRelu(facts) && machine.model.outputRate({ ...cost, activation: 1 }, config) < rate;
    return [`${rate} ${rate === 1 ? 'cycle' : 'cycles'}/element`, ...(slow ? ['no ReLU'] : [])];
  },
  memory: ({ facts, layer }) => {
    const uses = usesOf(facts, unchanged(facts)).filter(({ area }) => area === layer.detail!.boundBy);
    const bytes = uses.reduce((sum, use) => sum + use.bytes, 0);
    return uses.slice(0, 1).map((use) => `${USERS[use.user]} ${roughly(use.bytes / bytes)}`);
  },
};

/** What sets a layer's cycles and why, in few words: `MACs`, `IFM depth 12.5%`, `kernel 75%`. */
export const boundWords = (explained: LayerExplanation): readonly string[] => [
  boundName(explained),
  ...(CAUSES[explained.account.bound]?.(explained) ?? []),
];

/** What sets the cycles of some layers, each named once. */
export const boundNames = (layers: readonly LayerExplanation[]): string =>
  [...new Set(layers.map(boundName))].join(' and ');

/**
 * What bounded some layers, what bounds those in their place, and why that takes long: `MACs -> output stage`,
 * `1 cycle/element`.
 */
export function boundChange(
  before: readonly LayerExplanation[],
  after: readonly LayerExplanation[],
): readonly string[] {
  const [was, is] = [boundNames(before), boundNames(after)];
  const slowest = after.reduce((a, b) => (b.layer.cycles > a.layer.cycles ? b : a));
  return [was === is ? `still ${is}` : `${was} -> ${is}`, ...boundWords(slowest).slice(1)];
}
