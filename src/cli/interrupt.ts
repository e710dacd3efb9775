import { EXIT_CODES } from '../errors.js';

/** Aborts on the first Ctrl-C or termination request; the second ends the process at once. Dispose of it when done. */
export const onInterrupt = (say: (text: string) => void): { signal: AbortSignal; dispose: () => void } => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    say('\ninterrupted: keeping what is finished; once more ends at once');
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return { signal: controller.signal, dispose: () => void process.off('SIGINT', stop).off('SIGTERM', stop) };
};
