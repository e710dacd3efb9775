import { EXIT_CODES } from '../errors.js';

/** Clock and signals of a command that may take long. */
export interface Run {
  /** Aborts on the first Ctrl-C or termination request; the second ends the process at once. */
  readonly signal: AbortSignal;
  /** Times of `performance.now()` at which it began, and has to end. */
  readonly started: number;
  readonly end: number;
}

/** Does what may take long: so that signals, and the time budget in seconds if there is one, end it early. */
export const withRun = async <T>(
  {
    seconds = Infinity,
    say,
  }: { readonly seconds?: number | undefined; readonly say: (text: string) => void },
  work: (run: Run) => Promise<T>,
): Promise<T> => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    say('\ninterrupted: keeping what is finished; once more ends at once');
    controller.abort();
  };
  const started = performance.now();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work({ signal: controller.signal, started, end: started + 1000 * seconds });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
};
