import { PARTS } from '../../../src/explain/account.js';
import { unchanged, usesOf, type User } from '../../../src/explain/access.js';
import type { LayerExplanation } from '../../../src/explain/types.js';
import { boundChange, boundNames, NEARLY_ONE } from '../../../src/explain/few-words.js';
import type { Finding } from '../../../src/explain/finding.js';
import { groupBy } from '../../../src/groups.js';
import { isReason, macsFinding } from '../../../src/explain/reasons.js';
import { boundShort, kernelText, operationName, USERS } from '../../../src/explain/words.js';
import { grouped, percentText, signed } from '../../../src/text.js';
import { utilisationOf } from '../../../src/theory/utilisation.js';
import { shapeText } from '../../../src/text.js';
import { changePercent, priceText } from '../amounts.js';
import { cyclesOf, type Pair } from './pairs.js';
import type { ChangedLayer, BeforeAfter } from '../../emit/changed-layers.js';
import type { Price } from '../../pick/preference.js';
import type { Variable } from './variables.js';

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

/** `Conv2D 3x3`: the same in few characters. */
export const nameOf = ({ before, cpuBefore }: Pair): string => {
  const main = before.at(-1);
  return main === undefined ? (cpuBefore[0]?.originalOperator ?? 'added') : operationName(main);
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
  readonly count: number;
}

const alikeOf = (layers: readonly LayerExplanation[]): Alike[] => {
  const told = layers.map((explained) => ({
    text: operationText(explained),
    cycles: explained.layer.cycles,
    bound: boundPhrase(explained),
  }));
  const groups = groupBy(told, ({ text, cycles, bound }) => `${text}/${cycles}/${bound}`);
  return Array.from(groups.values(), (same) => ({ ...same[0]!, count: same.length }));
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
  if (alike.length === 1) return `it ${verbs[0]} bound by ${alike[0]!.bound}`;
  return [...groupBy(alike, ({ bound }) => bound)]
    .map(([bound, same], i) => {
      const texts = new Set(same.map(({ text }) => text));
      const verb = i > 0 ? '' : ` ${texts.size > 1 ? verbs[1] : verbs[0]} bound`;
      return `${[...texts].join(' and ')}${verb} by ${bound}`;
    })
    .join(', ');
};

const WAS = ['was', 'were'] as const;
const STILL = ['is still', 'are still'] as const;
const IS = ['is now', 'are now'] as const;

/** The users of the memories whose bytes differ most: `weights 34,256 -> 3,456 bytes`. */
const trafficFindings = ({ before, after }: Pair): Finding[] => {
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
    .map(({ user, from, to }) => ({
      sentence: `${USERS[user]} ${grouped(from)} -> ${grouped(to)} bytes on the bus`,
      words: [`${USERS[user]} ${signed(to - from)} bytes`],
    }));
};

/** What bounds the layers before and after, once if it is the same. */
const boundsFinding = (before: readonly LayerExplanation[], after: readonly LayerExplanation[]): Finding => {
  if (before.length === 0)
    return { sentence: boundsText(after, IS), words: [`bound by ${boundNames(after)}`] };
  const [were, still] = [boundsText(before, STILL), boundsText(after, STILL)];
  return {
    sentence: were === still ? still : `${boundsText(before, WAS)}; ${boundsText(after, IS)}`,
    words: boundChange(before, after),
  };
};

const macs = (layers: readonly LayerExplanation[]): number =>
  layers.reduce((sum, { layer }) => sum + layer.macs, 0);

/** Operations that the CPU takes over. */
const cpuFindings = ({ cpuAfter: [layer] }: Pair): Finding[] =>
  layer === undefined
    ? []
    : [
        {
          sentence: `${layer.originalOperator} runs on the CPU: ${layer.reason ?? 'no reason given'}`,
          words: ['on the CPU'],
        },
      ];

/**
 * Why the layers that stand for an operator take another time, or move other bytes: MACs, what bounded it before, and
 * what bounds each operation now.
 */
export const whyFindings = (pair: Pair, priced: Price): Finding[] => {
  const { before, after, cpuBefore } = pair;
  const cpu = cpuFindings(pair);
  if (before.length === 0 && cpuBefore.length === 0) {
    const bounds = after.length === 0 ? [] : [boundsFinding([], after)];
    return [{ sentence: 'it was added', words: ['added'] }, ...bounds, ...cpu];
  }
  if (after.length === 0) return [{ sentence: 'it is gone', words: ['gone'] }, ...cpu];
  const [from, to] = [macs(before), macs(after)];
  const counted = macsFinding(from, to);
  const bounds = boundsFinding(before, after);
  const told = isReason(from, to, cyclesOf(before), cyclesOf(after));
  return [
    ...(from === to ? [] : [told ? counted : { ...counted, words: [] }]),
    ...(priced === 'bytes' ? trafficFindings(pair) : []),
    told ? bounds : { ...bounds, words: [...bounds.words, ...counted.words] },
    ...cpu,
  ];
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

/** `width of operator 3 (with 5, 7)`: a width group by the operators that write it. */
export const widthText = ({ operator, operators }: Variable): string => {
  const along = operators.filter((other) => other !== operator);
  return `width of operator ${operator}${along.length === 0 ? '' : ` (with ${along.join(', ')})`}`;
};

/** The sides of a layer whose channels change, as a text says it of each. */
export const changedSides = (
  { inputChannels, outputChannels }: ChangedLayer,
  text: (channels: BeforeAfter, side: 'input' | 'output') => string,
): string[] =>
  (
    [
      [inputChannels, 'input'],
      [outputChannels, 'output'],
    ] as const
  ).flatMap(([channels, side]) => (channels.before === channels.after ? [] : [text(channels, side)]));
