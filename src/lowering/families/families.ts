import type { LoweringFamily } from '../target.js';
import type { FamilyRules } from './rules.js';
import { U55 } from './u55.js';
import { U85 } from './u85.js';

/** The rules of each family. */
export const FAMILIES: Readonly<Record<LoweringFamily, FamilyRules>> = { u55: U55, u65: U55, u85: U85 };
