import { separable, separableRelu } from './separable.js';
import type { Substitution } from './substitution.js';

/** Name of the option that leaves a site as it is. */
export const STANDARD = 'standard';

/** All substitutions. A new one is a file of its own and a line here. */
export const SUBSTITUTIONS: readonly Substitution[] = [separable, separableRelu];

/** Substitution by its name or its code in design ids. */
export const findSubstitution = (nameOrCode: string): Substitution | undefined =>
  SUBSTITUTIONS.find((s) => s.name === nameOrCode || s.code === nameOrCode);

/** Every name that `--options` and space files may use. */
export const optionNames = (): string[] => [STANDARD, ...SUBSTITUTIONS.map((s) => s.name)];

export type { Replacement, Substitution, Target } from './substitution.js';
