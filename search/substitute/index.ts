import { LOWRANK } from './lowrank.js';
import { SEPARABLE } from './separable.js';
import type { Substitution, SubstitutionFamily, Target } from './substitution.js';

/** Name of the option that leaves a site as it is. */
export const STANDARD = 'standard';

/** Stands in lists of options for all whose retained weights is known, with a few numbers that suit each site. */
export const ALL_OPTIONS = 'all';

/** All substitutions. A new one is a file of its own and an entry here. */
export const SUBSTITUTIONS: readonly SubstitutionFamily[] = [SEPARABLE, LOWRANK];

/** Options of a site where nothing else is said. */
export const DEFAULT_OPTIONS: readonly string[] = [
  STANDARD,
  ...SUBSTITUTIONS.flatMap(({ byDefault }) => byDefault ?? []),
];

const found = new Map<string, Substitution>();

/** Substitution by its name or its code in design ids; the same object for the same text. */
export const findSubstitution = (nameOrCode: string): Substitution | undefined => {
  const before = found.get(nameOrCode);
  if (before !== undefined) return before;
  for (const family of SUBSTITUTIONS) {
    const substitution = family.find(nameOrCode);
    if (substitution === undefined) continue;
    found.set(nameOrCode, substitution);
    return substitution;
  }
  return undefined;
};

/** False for options that change a layer's function in a way that weights do not tell (a ReLU that was not there). */
export const hasKnownRetained = (option: string): boolean =>
  findSubstitution(option)?.keepsFunction !== false;

/** Some substitution may replace the operator: it is a site. */
export const isReplaceable = (target: Target): boolean =>
  SUBSTITUTIONS.some(({ least }) => least.illegal(target) === undefined);

/** Every name that lists of options and space files may use, with `R` for a number. */
export const optionNames = (): string[] => [
  STANDARD,
  ...SUBSTITUTIONS.flatMap(({ names }) => names),
  ALL_OPTIONS,
];

/** What `all` stands for at a site: the standard option and every usual one that can replace it. */
export const usualOptions = (target: Target): string[] => [
  STANDARD,
  ...SUBSTITUTIONS.flatMap(({ usual }) => usual(target)).filter(
    (name) => findSubstitution(name)!.illegal(target) === undefined,
  ),
];

export type {
  Factors,
  Replacement,
  RetainedWeights,
  Substitution,
  SubstitutionFamily,
  Target,
  Values,
} from './substitution.js';
