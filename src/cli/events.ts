import { appendFileSync, closeSync, openSync } from 'node:fs';
import { cannotWrite } from '../files.js';

/** What happens in a long run, for programs that watch it. */
export interface Events {
  readonly add: (event: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly close: () => void;
}

const NO_EVENTS: Events = { add: () => undefined, close: () => undefined };

/**
 * Adds events to a file, one JSON object per line; to none without a path.
 * @throws an input error if the file cannot be opened
 */
export const openEvents = (path: string | undefined): Events => {
  if (path === undefined) return NO_EVENTS;
  let file: number | undefined;
  try {
    file = openSync(path, 'a');
  } catch (error) {
    throw cannotWrite(path, error);
  }
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    add: (event, facts = {}) => {
      if (file === undefined) return;
      try {
        appendFileSync(file, `${JSON.stringify({ time: new Date().toISOString(), event, ...facts })}\n`);
      } catch {
        // Nobody's results depend on it.
        close();
      }
    },
    close,
  };
};
