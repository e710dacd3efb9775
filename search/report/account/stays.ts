import { sentenceOf, wordsOf, type Finding } from '../../../src/explain/finding.js';
import { grouped } from '../../../src/text.js';
import { createBreath } from '../../evaluate/breathe.js';
import { findSites, targetAt } from '../../space/sites.js';
import type { Space } from '../../space/space.js';
import type { BatchEvaluator } from '../../evaluate/batch.js';
import { DEFAULT_OPTIONS, findSubstitution } from '../../substitute/index.js';
import { choiceText, moreThan, type Alternative, type Variable } from './variables.js';
import { chargedPrice, compareCandidates, type Candidate, type Wish } from '../../pick/candidates.js';
import { explainDesign, type Explained, type ExplainedLayers } from './explainer.js';
import { cyclesOf, pairLayers, type Pair } from './pairs.js';
import { pricedBy, priceOf, type Preference } from '../../pick/preference.js';
import { changePercent, minGainText, priceText, missesOf, retainedText } from '../amounts.js';
import { cyclesText, layerText, moreText, operationsText, nameOf, whyFindings, widthText } from './words.js';

/** Something that a pick leaves as it is, and why the best of its other choices was not made. */
export interface Stay extends Finding {
  readonly kind: 'site' | 'width';
  readonly operator: number;
  /** The cheapest of its other choices; undefined where it has none that is known. */
  readonly best: Alternative | undefined;
  /** What it is: the layer, or the channels that stay. */
  readonly what: string;
  /** Its cycles in the pick; undefined where they are not known. */
  readonly cycles: number | undefined;
}

/** A pick with what is needed to say why. */
export interface Context {
  readonly space: Space;
  readonly wish: Wish;
  readonly candidate: Candidate;
  readonly evaluator: BatchEvaluator;
  /** The picked design. */
  readonly picked: Explained;
  /** No time is left: what takes long is not explained any more. */
  readonly isOver: () => boolean;
}

const cheapest = (
  { space, wish }: Context,
  alternatives: readonly Alternative[],
): Alternative | undefined => {
  const price = ({ candidate }: Alternative): number => priceOf(wish, candidate.numbers);
  const order = (a: Alternative, b: Alternative): number =>
    price(a) - price(b) || compareCandidates(wish, space, a.candidate, b.candidate);
  return [...alternatives].sort(order)[0];
};

/** The layers of one operator in the pick and in another design. */
const pairAt = (picked: ExplainedLayers, other: ExplainedLayers, operator: number): Pair | undefined => {
  const only = new Set([operator]);
  return pairLayers(picked.explain(only), other.explain(only)).get(operator);
};

/** The operator whose cycles differ most in the direction of the whole difference. */
const leadingOperator = (picked: Explained, other: Explained): number => {
  const sign = Math.sign(other.figures.cycles_total - picked.figures.cycles_total) || 1;
  const [now, then] = [picked.layers!.cycles, other.layers!.cycles];
  let [leading, most] = [-1, -Infinity];
  for (const operator of new Set([...now.keys(), ...then.keys()])) {
    const more = sign * ((then.get(operator) ?? 0) - (now.get(operator) ?? 0));
    if (more > most) [leading, most] = [operator, more];
  }
  return leading;
};

/** Where the difference comes from. */
const because = (context: Context, variable: Variable, { candidate }: Alternative): Finding => {
  const nothing = { sentence: '', words: [] };
  const { picked, evaluator, wish } = context;
  if (picked.layers === undefined || context.isOver()) return nothing;
  const other = explainDesign(evaluator, candidate.digits);
  const operator = variable.kind === 'site' ? variable.operator : leadingOperator(picked, other);
  const pair = other.layers && pairAt(picked.layers, other.layers, operator);
  if (pair === undefined) return nothing;
  const operations = pair.after.length > 1 ? `, ${operationsText(pair.after)}` : '';
  const [from, to] = [cyclesOf(pair.before), cyclesOf(pair.after)];
  const figures =
    variable.kind === 'site'
      ? `${grouped(to)} cycles (${changePercent(from, to)})`
      : `most of it in operator ${operator} (${layerText(pair)}), ${cyclesText(pair)}`;
  const why = whyFindings(pair, pricedBy(wish));
  const where = variable.kind === 'site' ? [] : [`in operator ${operator}`];
  return {
    sentence: `: ${figures}${operations}; ${sentenceOf(why)}`,
    words: [...where, ...wordsOf(why)],
  };
};

/** What is wrong with a choice that is cheaper and within the constraints. */
const LOSES: Readonly<Record<Preference, string>> = {
  cycles: 'is not preferred, with',
  bandwidth: 'is not preferred, with',
  retained: 'keep only',
  knee: 'leave the knee, with',
};

/** How much more a choice costs than the pick: `take 1,024 cycles more`. */
export const costText = ({ wish, candidate }: Context, alternative: Alternative): string =>
  moreText(moreThan(wish, candidate, alternative), pricedBy(wish));

/** Why the cheapest other choice was not made. */
const reasonFor = (
  context: Context,
  variable: Variable,
  alternatives: readonly Alternative[],
  best: Alternative,
): Finding => {
  const { space, wish, candidate } = context;
  const unit = pricedBy(wish);
  const difference = moreThan(wish, candidate, best);
  const what = choiceText(variable.kind, best);
  if (difference >= 0) {
    const { sentence, words } = because(context, variable, best);
    return { sentence: `${what} would ${costText(context, best)}${sentence}`, words };
  }
  const saves = `${what} would save ${priceText(unit, -difference)}`;
  const misses = missesOf(best.candidate.numbers, wish.constraints);
  if (misses.length > 0) {
    const within = cheapest(
      context,
      alternatives.filter((a) => missesOf(a.candidate.numbers, wish.constraints).length === 0),
    );
    const other =
      within === undefined
        ? ''
        : `; within the limits ${choiceText(variable.kind, within)} would ${costText(context, within)}`;
    return { sentence: `${saves}, but with ${misses.join(' and ')}${other}`, words: misses };
  }
  const worth = chargedPrice(wish, space, best.candidate) <= chargedPrice(wish, space, candidate);
  if (!worth) {
    const least = minGainText(wish);
    return {
      sentence: `${saves}, less than the ${least} that a change has to save`,
      words: [`saves less than ${least}`],
    };
  }
  const [now, then] = [candidate, best.candidate].map(({ numbers }) => retainedText(numbers.retained_energy));
  return {
    sentence: `${saves}, but ${LOSES[wish.preference]} retained weights ${then} instead of ${now}`,
    words: [`retained weights ${then}`, `not ${now}`],
  };
};

/** What stays: as the start of its sentence, and as a table names it. */
const subjectOf = (
  { picked: { layers } }: Context,
  variable: Variable,
): { readonly sentence: string } & Pick<Stay, 'what' | 'cycles'> => {
  const { kind, operator, choices, unchanged } = variable;
  if (kind === 'width') {
    const what = choiceText(kind, { choice: choices[unchanged!]! });
    return { sentence: `${widthText(variable)} stays at ${what}`, what, cycles: undefined };
  }
  const pair = layers && pairAt(layers, layers, operator);
  if (pair === undefined) return { sentence: `operator ${operator} stays`, what: '', cycles: undefined };
  const cycles = layers?.cycles.get(operator) ?? 0;
  const sentence = `operator ${operator} (${layerText(pair)}, ${grouped(cycles)} cycles) stays`;
  return { sentence, what: nameOf(pair), cycles };
};

/**
 * What a pick leaves as it is: for each site and width group the cheapest of its other choices, and why it was not made.
 * @param alternatives by position, as far as they could be evaluated
 */
export const staysOf = async (
  context: Context,
  variables: readonly Variable[],
  alternatives: readonly (readonly Alternative[])[],
): Promise<Stay[]> => {
  const breathe = createBreath();
  const stays: Stay[] = [];
  for (const variable of variables) {
    const { position, kind, operator, choices, unchanged } = variable;
    if (context.candidate.digits[position] !== unchanged || choices.length < 2) continue;
    await breathe();
    const own = alternatives[position]!;
    const best = cheapest(context, own);
    const others = choices.length - 1;
    const which = others > 1 ? `of ${others} other choices the cheapest, ` : '';
    const subject = subjectOf(context, variable);
    const reason =
      best === undefined
        ? { sentence: 'no other choice could be evaluated', words: ['could not be evaluated'] }
        : reasonFor(context, variable, own, best);
    const sentence = `${subject.sentence}: ${best === undefined ? '' : which}${reason.sentence}`;
    stays.push({ ...subject, kind, operator, best, sentence, words: reason.words });
  }
  return stays;
};

/** Sites of the network that the space leaves no choice. */
export const choicelessSites = ({ network, sites }: Space): Stay[] => {
  const varying = new Set(sites.map(({ site }) => site.operator));
  return (
    findSites(network)
      // Of operators without a kernel nothing was to be expected.
      .filter(
        ({ operator, kernelHeight, kernelWidth }) => !varying.has(operator) && kernelHeight * kernelWidth > 1,
      )
      .map((site) => {
        const target = targetAt(network, site);
        const faults = DEFAULT_OPTIONS.flatMap((option) => {
          const why = findSubstitution(option)?.illegal(target);
          return why === undefined
            ? []
            : [{ sentence: `it cannot become ${option}, since ${why}`, words: [why] }];
        });
        const reasons =
          faults.length > 0 ? faults : [{ sentence: 'the space gives it no choice', words: ['no choice'] }];
        return {
          kind: 'site',
          operator: site.operator,
          best: undefined,
          what: network.graphs[0].operators[site.operator]!.kind,
          cycles: undefined,
          sentence: `operator ${site.operator} stays: ${sentenceOf(reasons)}`,
          words: wordsOf(reasons),
        };
      })
  );
};
