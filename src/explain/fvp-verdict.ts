import { isTie } from '../fvp/bars.js';
import type { FvpResult } from '../fvp/fvp.js';

/** Which of two networks is faster by FVP-like cycles: what B is. */
export type FvpVerdict = 'faster' | 'slower' | 'too close to call';

/** B against A; undefined where one of them has no figure. */
export function fvpVerdict(a: FvpResult, b: FvpResult): FvpVerdict | undefined {
  if ('refused' in a || 'refused' in b) return undefined;
  if (isTie(a.cycles, b.cycles)) return 'too close to call';
  return b.cycles < a.cycles ? 'faster' : 'slower';
}
