import { messageLine } from './safe-text.js';

/** What went wrong, as far as the caller can act on it. */
export type ErrorKind = 'internal' | 'usage' | 'input' | 'unmet' | 'partial' | 'interrupted';

/** Exit code of the command line for each kind of error. */
export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  internal: 1,
  usage: 2,
  input: 3,
  unmet: 4,
  partial: 5,
  interrupted: 130,
};

/** What a caller may set otherwise, by the names of the library; the command line has an option for each. */
export type Setting =
  | 'configFiles'
  | 'systemConfig'
  | 'memoryMode'
  | 'arenaCacheSize'
  | 'directory'
  | 'space'
  | 'options'
  | 'objectives'
  | 'method'
  | 'limit'
  | 'preference'
  | 'minGain'
  | 'maxCycles'
  | 'maxTime'
  | 'maxSram'
  | 'maxExternal'
  | 'minRetained'
  | 'maxNoise'
  | 'acceptRetrain'
  | 'minAgreement'
  | 'maxAccuracyDrop'
  | 'measure'
  | 'samples'
  | 'against'
  | 'samplesLimit'
  | 'fitSamples'
  | 'budget'
  | 'baseline'
  | 'parts'
  | 'part'
  | 'maxFlash';

/** What an error may come with. */
export interface FaultOptions extends ErrorOptions {
  readonly settings?: readonly Setting[];
}

/**
 * An error meant for the user: one sentence that names the subject, what was expected and what to do. Whatever names
 * it quotes, its message is one line of less than 300 characters.
 */
export class ParetouError extends Error {
  override readonly name = 'ParetouError';
  /** Which settings the sentence is about, if any. */
  readonly settings: readonly Setting[];

  constructor(
    readonly kind: ErrorKind,
    message: string,
    { settings = [], ...options }: FaultOptions = {},
  ) {
    super(messageLine(message), options);
    this.settings = settings;
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** A file or configuration that cannot be used (exit code 3). */
export const inputError = (message: string, cause?: unknown, ...settings: Setting[]): ParetouError =>
  new ParetouError('input', message, { settings, ...(cause !== undefined && { cause }) });

/** A request that cannot be carried out as it is made (exit code 2). */
export const usageError = (message: string, ...settings: Setting[]): ParetouError =>
  new ParetouError('usage', message, { settings });
