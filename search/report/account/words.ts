import { PARTS } from '../../../src/explain/account.js';
import { unchanged, usesOf, type User } from '../../../src/explain/access.js';
import type { LayerExplanation } from '../../../src/explain/explain.js';
import { relativeText } from '../../../src/explain/reasons.js';
import { boundShort, kernelText, USERS } from '../../../src/explain/words.js';
import { grouped, percentText } from '../../../src/text.js';
import { utilisationOf } from '../../../src/theory/utilisation.js';
import { shapeText } from '../../../src/text.js';
import { changePercent, priceText } from '../amounts.js';
import { cyclesOf, type Pair } from './pairs.js';
import type { Price } from '../../pick/preference.js';

/** A factor above this is as good as 1. */
const NEARLY_ONE = 0.9995;
/** Users of the memories that are named where bytes are explained. */
const NAMED_USERS = 3;

/** `DepthwiseConv2D 3x3`: an operation with its kernel and what is fused onto it. */
export const operationText = ({ facts, layer }: LayerExplanation): string => {
  const fused = facts.fused.map(({ operator }) => ` + ${operator}`).join('');
  const kernel = kernelText(facts);
  return `${layer.operator}${fused}${kernel === '' ? '' : ` ${kernel}`}`;
};

/** `Conv2D 3x3 32x32x16`: what an operator is, from its last operation. */
export const layerText = ({ before, cpuBefore }: Pair): string => {
  const main = before.at(-1);
  if (main === undefined) return cpuBefore[0]?.originalOperator ?? 'operations added by the compiler';
  return `${operationText(main)} ${shapeText(main.layer.detail!.ofmShape)}`;
};

/** Name of the only factor where an array has no theory: it says no more than the rate itself. */
const WHOLE_ARRAY = 'MAC array';

/** What sets the cycles of an operation, with the factors that keep its MACs from being faster. */
const boundPhrase = ({ facts, account }: LayerExplanation): string => {
  if (account.bound !== 'mac') return boundShort(facts, account);
  const factors = account.factors
    .filter(({ name, value }) => name !== WHOLE_ARRAY && value < NEARLY_ONE)
    .map(({ name, value, sentence }) => `${name} ${percentText(value)}: ${sentence}`);
  const rate = percentText(utilisationOf(account.factors));
  return `${PARTS.mac}, array filled ${rate}${factors.length === 0 ? '' : ` (${factors.join('; ')})`}`;
};

/** Operations of which the same is said. */
interface Alike {
  readonly text: string;
  readonly cycles: number;
  readonly bound: string;
  count: number;
}

const alikeOf = (layers: readonly LayerExplanation[]): Alike[] => {
  const groups = new Map<string, Alike>();
  for (const explained of layers) {
    const text = operationText(explained);
    const { cycles } = explained.layer;
    const bound = boundPhrase(explained);
    const key = `${text}/${cycles}/${bound}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { text, cycles, bound, count: 1 });
    else group.count++;
  }
  return [...groups.values()];
};

/** `DepthwiseConv2D 3x3 6,208 + Conv2D 1x1 4,928`: operations with their cycles. */
export const operationsText = (layers: readonly LayerExplanation[]): string =>
  alikeOf(layers)
    .map(({ text, cycles, count }) => `${count > 1 ? `${count} x ` : ''}${text} ${grouped(cycles)}`)
    .join(' + ');

/** `it is now bound by the output stage, …`, `DepthwiseConv2D 3x3 and Conv2D 1x1 are now bound by …`. */
const boundsText = (
  layers: readonly LayerExplanation[],
  verbs: readonly [one: string, many: string],
): string => {
  const alike = alikeOf(layers);
  const names = new Map<string, Set<string>>();
  for (const { text, bound } of alike) names.set(bound, (names.get(bound) ?? new Set()).add(text));
  if (alike.length === 1) return `it ${verbs[0]} bound by ${alike[0]!.bound}`;
  return [...names]
    .map(([bound, texts], i) => {
      const verb = i > 0 ? '' : ` ${texts.size > 1 ? verbs[1] : verbs[0]} bound`;
      return `${[...texts].join(' and ')}${verb} by ${bound}`;
    })
    .join(', ');
};

const WAS = ['was', 'were'] as const;
const STILL = ['is still', 'are still'] as const;
const IS = ['is now', 'are now'] as const;

/** The users of the memories whose bytes differ most: `weights 34,256 -> 3,456 bytes`. */
const trafficText = ({ before, after }: Pair): string[] => {
  const bytes = (layers: readonly LayerExplanation[], user: User): number =>
    layers
      .flatMap(({ facts }) => usesOf(facts, unchanged(facts)))
      .filter((use) => use.user === user)
      .reduce((sum, use) => sum + use.bytes, 0);
  return (Object.keys(USERS) as User[])
    .map((user) => ({ user, from: bytes(before, user), to: bytes(after, user) }))
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
    .slice(0, NAMED_USERS)
    .map(({ user, from, to }) => `${USERS[user]} ${grouped(from)} -> ${grouped(to)} bytes on the bus`);
};

/** What bounds the layers before and after, once if it is the same. */
const changedBounds = (
  before: readonly LayerExplanation[],
  after: readonly LayerExplanation[],
): readonly string[] => {
  if (before.length === 0) return [boundsText(after, IS)];
  const still = boundsText(after, STILL);
  return boundsText(before, STILL) === still ? [still] : [boundsText(before, WAS), boundsText(after, IS)];
};

const macs = (layers: readonly LayerExplanation[]): number =>
  layers.reduce((sum, { layer }) => sum + layer.macs, 0);

/**
 * Why the layers that stand for an operator take another time, or move other bytes: MACs, what bounded it before, and
 * what bounds each operation now.
 */
export const whyText = (pair: Pair, priced: Price): string => {
  const { before, after, cpuAfter, cpuBefore } = pair;
  const cpu = cpuAfter
    .slice(0, 1)
    .map((layer) => `${layer.originalOperator} runs on the CPU: ${layer.reason ?? 'no reason given'}`);
  if (before.length === 0 && cpuBefore.length === 0)
    return ['it was added', ...(after.length === 0 ? [] : [boundsText(after, IS)]), ...cpu].join('; ');
  if (after.length === 0) return ['it is gone', ...cpu].join('; ');
  const [from, to] = [macs(before), macs(after)];
  return [
    ...(from === to ? [] : [relativeText(from, to, 'fewer MACs', 'more MACs', 'as many MACs')]),
    ...(priced === 'bytes' ? trafficText(pair) : []),
    ...changedBounds(before, after),
    ...cpu,
  ].join('; ');
};

/** `34,896 -> 11,136 cycles (-68.1%)`. */
export const cyclesText = ({ before, after }: Pair): string => {
  const [from, to] = [cyclesOf(before), cyclesOf(after)];
  return from === to
    ? `${grouped(from)} cycles as before`
    : `${grouped(from)} -> ${grouped(to)} cycles (${changePercent(from, to)})`;
};

/** `take 1,024 cycles more`, `move as many bytes`: a difference of a price. */
export const moreText = (difference: number, unit: Price): string => {
  const verb = unit === 'bytes' ? 'move' : 'take';
  if (difference === 0) return `${verb} as many ${unit}`;
  return `${verb} ${priceText(unit, Math.abs(difference))} ${difference > 0 ? 'more' : 'less'}`;
};
