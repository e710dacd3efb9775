import type { ParetouError, Setting } from '../errors.js';
import { messageLine } from '../safe-text.js';

/** The options of the command line for the settings that the library's errors are about. */
export const FLAGS: Readonly<Record<Setting, string>> = {
  configFiles: '--config',
  systemConfig: '--system-config',
  memoryMode: '--memory-mode',
  arenaCacheSize: '--arena-cache-size',
  directory: '--output-dir',
  space: '--space',
  options: '--options',
  objectives: '--objectives',
  method: '--method',
  limit: '--limit',
  preference: '--prefer',
  minGain: '--min-gain',
  maxCycles: '--max-cycles',
  maxTime: '--max-time',
  maxSram: '--max-sram',
  maxExternal: '--max-external',
  minRetained: '--min-retained',
  maxNoise: '--max-noise',
  acceptRetrain: '--accept-retrain',
  minAgreement: '--min-agreement',
  maxAccuracyDrop: '--max-accuracy-drop',
  measure: '--measure',
  samples: '--samples',
  against: '--against',
  samplesLimit: '--samples-limit',
  fitSamples: '--fit-samples',
  budget: '--budget',
  baseline: '--write-baseline',
  parts: '--parts',
  part: '--part',
  maxFlash: '--max-flash',
};

/** A sentence with the options that it is about. */
export const withFlags = (message: string, settings: readonly Setting[]): string =>
  settings.length === 0 ? message : `${message} (${settings.map((setting) => FLAGS[setting]).join(', ')})`;

/** An error's sentence, with the options that it is about. */
export const messageWithFlags = ({ message, settings }: ParetouError): string =>
  settings.length === 0 ? message : messageLine(withFlags(message, settings));
