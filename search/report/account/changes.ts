import { sentenceOf, wordsOf, type Finding } from '../../../src/explain/finding.js';
import { grouped } from '../../../src/text.js';
import { changedLayers, type BeforeAfter, type ChangedLayer } from '../../emit/changed-layers.js';
import { STANDARD } from '../../substitute/index.js';
import type { Alternative, Variable } from './variables.js';
import { bytesOf, cyclesOf, type Pair } from './pairs.js';
import { pricedBy } from '../../pick/preference.js';
import { costText, type Context } from './stays.js';
import { retainedWithWord } from '../amounts.js';
import { changedSides, cyclesText, layerText, operationsText, whyFindings, widthText } from './words.js';

/** A layer with weights that the pick changes, and why it takes another time. */
export interface ChangedStory extends Finding {
  readonly layer: ChangedLayer;
  /** Undefined where the evaluator knows no layers. */
  readonly pair: Pair | undefined;
  /** The pick with this site as it was; undefined where that is not known or only channels change. */
  readonly undone: Alternative | undefined;
}

/** A width group that the pick changes. */
export interface ChangedWidth {
  readonly operator: number;
  readonly operators: readonly number[];
  readonly channels: BeforeAfter;
  readonly undone: Alternative | undefined;
  readonly sentence: string;
}

/** An operator without changes of its own whose figures differ. */
export interface OtherStory extends Finding {
  readonly pair: Pair;
}

/** The alternative that leaves a variable as it is. */
const undoneOf = (
  { unchanged }: Variable,
  alternatives: readonly Alternative[] | undefined,
): Alternative | undefined => alternatives?.find(({ digit }) => digit === unchanged);

const undoneText = (context: Context, undone: Alternative | undefined): string[] =>
  undone === undefined ? [] : [`undone alone, the network would ${costText(context, undone)}`];

const becomesText = (layer: ChangedLayer): string => {
  const channels = changedSides(
    layer,
    ({ before, after }, side) => `${after} instead of ${before} ${side} channels`,
  ).join(' and ');
  if (layer.option === STANDARD) return `has ${channels}`;
  return `becomes ${layer.option}${channels === '' ? '' : ` with ${channels}`}`;
};

const bytesText = (pair: Pair): string => {
  const [from, to] = [bytesOf(pair.before), bytesOf(pair.after)];
  return from === to ? '' : `, ${grouped(from)} -> ${grouped(to)} bytes moved`;
};

/** What a layer cost before and after, and why, as far as layers are known. */
const storyText = (layer: ChangedLayer, pair: Pair | undefined, why: readonly Finding[]): string => {
  const { operator, kind, retained } = layer;
  const kept = `retained ${retainedWithWord(retained.before)}`;
  if (pair === undefined) return `operator ${operator} (${kind}) ${becomesText(layer)}: ${kept}`;
  const operations = pair.after.length > 1 ? ` as ${operationsText(pair.after)}` : '';
  return (
    `operator ${operator} (${layerText(pair)}) ${becomesText(layer)}: ${cyclesText(pair)}${operations}${bytesText(pair)}, ` +
    `${kept}, because: ${sentenceOf(why)}`
  );
};

/** The layers with weights that a pick changes, each with a sentence: what it cost before and after, and why. */
export const changedStories = (
  context: Context,
  pairs: ReadonlyMap<number, Pair> | undefined,
  variables: readonly Variable[],
  alternatives: readonly (readonly Alternative[])[] | undefined,
): ChangedStory[] => {
  const { space, candidate } = context;
  return changedLayers(space, candidate.digits).map((layer): ChangedStory => {
    const { operator, option } = layer;
    const pair =
      pairs && (pairs.get(operator) ?? { operator, before: [], after: [], cpuBefore: [], cpuAfter: [] });
    const site =
      option === STANDARD ? undefined : variables.find((v) => v.kind === 'site' && v.operator === operator);
    const undone = site && undoneOf(site, alternatives?.[site.position]);
    const why = pair === undefined ? [] : whyFindings(pair, pricedBy(context.wish));
    const sentence = [storyText(layer, pair, why), ...undoneText(context, undone)].join('; ');
    return { layer, pair, undone, sentence, words: wordsOf(why) };
  });
};

/** The width groups that a pick changes. */
export const changedWidths = (
  context: Context,
  variables: readonly Variable[],
  alternatives: readonly (readonly Alternative[])[] | undefined,
): ChangedWidth[] =>
  variables.flatMap((variable): ChangedWidth[] => {
    const { kind, position, operator, operators, choices } = variable;
    const digit = context.candidate.digits[position]!;
    if (kind !== 'width' || digit === variable.unchanged) return [];
    const { channels: before } = context.space.groups[position - context.space.sites.length]!.group;
    const channels = { before, after: Number(choices[digit]) };
    const undone = undoneOf(variable, alternatives?.[position]);
    const sentence = [
      `${widthText(variable)}: ${channels.after} instead of ${before} channels`,
      ...undoneText(context, undone),
    ].join('; ');
    return [{ operator, operators, channels, undone, sentence }];
  });

/** The other operators whose cycles the pick changes. */
export const otherStories = (
  { wish }: Context,
  pairs: ReadonlyMap<number, Pair> | undefined,
  changed: readonly ChangedStory[],
): OtherStory[] => {
  const own = new Set(changed.map(({ layer }) => layer.operator));
  return [...(pairs?.values() ?? [])]
    .filter(({ operator }) => !own.has(operator))
    .filter(({ before, after }) => cyclesOf(before) !== cyclesOf(after) || bytesOf(before) !== bytesOf(after))
    .map((pair) => {
      const what = layerText(pair);
      const subject = pair.operator < 0 ? what : `operator ${pair.operator} (${what})`;
      const why = whyFindings(pair, pricedBy(wish));
      const sentence = `${subject}: ${cyclesText(pair)}${bytesText(pair)}; ${sentenceOf(why)}`;
      return { pair, sentence, words: wordsOf(why) };
    });
};
