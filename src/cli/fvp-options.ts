import { readCalibration } from '../fvp/calibrate/calibration.js';
import type { ProfileName } from '../fvp/profiles.js';
import type { FvpOptions } from '../fvp/totals.js';
import type { LoadedNetwork } from '../graph/load.js';
import { readText, sha256 } from './texts.js';

/** What `addFvpOptions` parses. */
export interface FvpFlags {
  readonly fvpProfile?: ProfileName;
  readonly calibration?: string;
}

/**
 * What the options say of a model's FVP-like cycles.
 * @throws an input error for a file that is no calibration
 */
export function fvpOptionsOf({
  fvpProfile: profile,
  calibration: path,
}: FvpFlags): (model: LoadedNetwork) => FvpOptions {
  const calibration = path === undefined ? undefined : readCalibration(readText(path), path);
  return ({ model }) => ({
    profile,
    ...(calibration !== undefined && { calibration, model: sha256(model.source) }),
  });
}
