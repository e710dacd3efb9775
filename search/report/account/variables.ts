import { radicesOf, type Digits, type Space } from '../../space/space.js';
import { STANDARD } from '../../substitute/index.js';
import { candidateAt, type Candidate, type Evaluated, type Wish } from '../../pick/candidates.js';
import { differenceOf } from '../../pick/neighbours.js';
import { priceOf } from '../../pick/preference.js';

/** One thing that may vary: what a site becomes, or how wide a group is. */
export interface Variable {
  /** Of its digit. */
  readonly position: number;
  readonly kind: 'site' | 'width';
  /** The site's operator, or that which names the group. */
  readonly operator: number;
  /** All operators that write the group; the site alone. */
  readonly operators: readonly number[];
  /** Options, or channel counts. */
  readonly choices: readonly string[];
  /** Digit that leaves it as it is; undefined where no choice does. */
  readonly unchanged: number | undefined;
}

const digitOf = (index: number): number | undefined => (index < 0 ? undefined : index);

/** All that varies in a space, in the order of the digits. */
export const variablesOf = ({ sites, groups }: Space): Variable[] => [
  ...sites.map(({ site, options }, position): Variable => ({
    position,
    kind: 'site',
    operator: site.operator,
    operators: [site.operator],
    choices: options,
    unchanged: digitOf(options.indexOf(STANDARD)),
  })),
  ...groups.map(({ group, widths }, i): Variable => ({
    position: sites.length + i,
    kind: 'width',
    operator: group.operator,
    operators: group.operators,
    choices: widths.map(String),
    unchanged: digitOf(widths.indexOf(group.channels)),
  })),
];

/** Another choice for one variable of a design, all else being equal. */
export interface Alternative {
  readonly choice: string;
  readonly digit: number;
  readonly candidate: Candidate;
}

/** `8 channels`: what a variable of a kind would be with another choice. */
export const choiceText = (kind: Variable['kind'], { choice }: Pick<Alternative, 'choice'>): string =>
  kind === 'site' ? choice : `${choice} channels`;

/** By how much another choice is dearer than the pick. */
export const moreThan = (wish: Wish, pick: Candidate, { candidate }: Alternative): number =>
  priceOf(wish, candidate.numbers) - priceOf(wish, pick.numbers);

/** The designs that differ from one in a single choice, by the position of the choice. */
export const alternativesOf = (
  digits: Digits,
  neighbours: Evaluated,
  variables: readonly Variable[],
): Alternative[][] => {
  const found = radicesOf(neighbours.space).map((): Alternative[] => []);
  for (let i = 0; i < neighbours.table.count; i++) {
    const candidate = candidateAt(neighbours, i);
    const { position, digit } = differenceOf(digits, candidate.digits)!;
    found[position]!.push({ choice: variables[position]!.choices[digit]!, digit, candidate });
  }
  return found;
};
