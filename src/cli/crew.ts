import type { Fleet } from '../../search/evaluate/remote/fleet.js';
import type { SessionOptions } from '../../search/evaluate/session.js';
import type { Stopped } from '../../search/explore/explorer.js';
import { openEvents, type Events } from './events.js';
import { withFleet } from './fleet.js';
import type { Run } from './interrupt.js';
import { showProgress, type Progress } from './progress.js';
import { withRunLog, type LogPlace } from './run-log.js';
import { workersFor, type PreparedSearch } from './search.js';
import type { SearchOptions } from './search-options.js';
import { version } from './version.js';

/** Who does the work of a search, and who hears of it. */
export interface Crew {
  readonly workers: SessionOptions;
  /** Where the options name worker processes. */
  readonly fleet: Fleet | undefined;
  /** Shows how far a search for at most so many designs is. */
  readonly progress: (total: number) => Progress;
}

/** Milliseconds between two lines about progress in a file of events. */
const EVERY = 1000;

const progressOf = (events: Events, fleet: Fleet | undefined, shown: Progress): Progress => {
  let last = { time: performance.now(), finished: 0 };
  return {
    update: (finished, total) => {
      shown.update(finished, total);
      const time = performance.now();
      if (time - last.time < EVERY) return;
      // Each part of a search counts from the beginning.
      const more = finished < last.finished ? finished : finished - last.finished;
      const perSecond = (1000 * more) / (time - last.time);
      last = { time, finished };
      events.add('progress', {
        finished,
        total,
        per_second: Math.round(perSecond),
        ...(fleet && { workers: fleet.counts() }),
      });
    },
    stop: shown.stop,
  };
};

/**
 * Does the work of a search: with a log to go on from, with the workers that the options name, and with a file of events
 * where one is wanted.
 *
 * @param work returns what ended it before its own end, if anything did
 * @throws input errors of logs, workers and folders
 */
export const withCrew = async (
  place: LogPlace,
  prepared: PreparedSearch,
  options: SearchOptions,
  run: Run,
  work: (crew: Crew) => Promise<Stopped | undefined>,
): Promise<void> => {
  const events = openEvents(options.log);
  const own = workersFor(options, run, prepared.planned);
  events.add('started', {
    command: place.name,
    version: version(),
    models: prepared.planned.map(({ name }) => name),
    jobs: own.jobs,
  });
  const seconds = (): number => (performance.now() - run.started) / 1000;
  try {
    await withRunLog(place, prepared, options, (log) =>
      withFleet(
        options,
        { ...own, log },
        async (workers, fleet) => {
          const progress = (total: number): Progress =>
            progressOf(events, fleet, showProgress(total, 'designs', options.quiet !== true));
          const stopped = await work({ workers, fleet, progress });
          const counts = fleet && { workers: fleet.counts() };
          events.add('ended', { stopped: stopped ?? null, seconds: seconds(), ...counts });
          return stopped === undefined;
        },
        (text) => events.add('worker_lost', { text }),
      ),
    );
  } catch (error) {
    events.add('failed', {
      message: error instanceof Error ? error.message : String(error),
      seconds: seconds(),
    });
    throw error;
  } finally {
    events.close();
  }
};
