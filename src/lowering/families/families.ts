import type { FamilyRules } from './rules.js';
import { U55 } from './u55.js';
import { U85 } from './u85.js';

/** The rules of each family. */
export const FAMILIES = { u55: U55, u65: U55, u85: U85 } as const satisfies Readonly<
  Record<string, FamilyRules>
>;

export type LoweringFamily = keyof typeof FAMILIES;
