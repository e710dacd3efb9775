import type { ExploreRequest } from '../explorer.js';
import type { SolveOptions } from './eliminate.js';
import { nearest, Neighbourhood, solutionCandidates } from './near-front.js';
import { solveSystems } from './searches.js';
import type { SystemSearch } from './system-search.js';
import { BAND_LABELS, TUNING } from './tuning.js';
import type { Verifier } from './verifier.js';

/**
 * Judges what the errors of the sums might have kept from the front: all of it where the band can be gone through, else
 * the nearest, also among what is like the best designs.
 *
 * @returns true if nothing within the band is left
 */
export const judgeNear = async (
  request: ExploreRequest,
  searches: readonly SystemSearch[],
  verifier: Verifier,
  options: SolveOptions,
): Promise<boolean> => {
  const exactly = searches.every(({ solution }) => solution!.epsilon === 0);
  const flawless = searches.every(({ margins }) => margins.every((margin) => margin === 0));
  if (exactly && flawless) return true;
  const narrow = searches.every(({ spreads }) => spreads.every(({ worst }) => worst <= TUNING.narrow));
  const solved =
    exactly &&
    narrow &&
    verifier.room > 0 &&
    (await solveSystems(
      request,
      searches,
      { ...options, ...BAND_LABELS },
      verifier.until,
      ({ margins }, j) => margins[j]!,
      ({ margins }) => margins,
    ));
  const complete = solved && searches.every(({ solution }) => solution!.complete && solution!.epsilon === 0);
  const band = solved ? searches.map(solutionCandidates) : [];
  const most = complete ? Infinity : verifier.judged.count + TUNING.refined;
  const around = complete ? [] : searches.map((search) => new Neighbourhood(search, verifier, request.space));
  while (verifier.room > 0 && verifier.judged.count < most) {
    const candidates = [...band, ...around.map((neighbourhood) => neighbourhood.grow())];
    const next = nearest(candidates, verifier, request.objectives, TUNING.round);
    if (next.length === 0) return complete;
    await verifier.judge(next, TUNING.round);
  }
  return verifier.hasJudgedAll;
};
