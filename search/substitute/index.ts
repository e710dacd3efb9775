import { MOST_TERMS, separable } from './separable.js';
import type { Substitution } from './substitution.js';

/** Name of the option that leaves a site as it is. */
export const STANDARD = 'standard';

/** Substitutions that differ in a number or an activation, and how they are written. */
export interface SubstitutionFamily {
  /** Names to list where a name is asked for; `R` stands for a number. */
  readonly names: readonly string[];
  /** The member with this name or code in design ids. */
  readonly find: (nameOrCode: string) => Substitution | undefined;
}

/** A family of few members. */
const listed = (members: readonly Substitution[]): SubstitutionFamily => ({
  names: members.map((s) => s.name),
  find: (nameOrCode) => members.find((s) => s.name === nameOrCode || s.code === nameOrCode),
});

const terms = Array.from({ length: MOST_TERMS }, (_, i) => i + 1);

/** All substitutions. A new one is a file of its own and a line here. */
export const SUBSTITUTIONS: readonly SubstitutionFamily[] = [
  listed(terms.flatMap((t) => [separable(t, 'none'), separable(t, 'relu'), separable(t, 'shifted-relu')])),
];

/** Substitution by its name or its code in design ids. */
export const findSubstitution = (nameOrCode: string): Substitution | undefined => {
  for (const family of SUBSTITUTIONS) {
    const found = family.find(nameOrCode);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Every name that `--options` and space files may use. */
export const optionNames = (): string[] => [STANDARD, ...SUBSTITUTIONS.flatMap(({ names }) => names)];

/** False for options that change a layer's function in a way that weights do not tell (a ReLU that was not there). */
export const hasKnownEnergy = (option: string): boolean => !option.endsWith(':relu');

export type { Replacement, RetainedEnergy, Substitution, Target, Values } from './substitution.js';
