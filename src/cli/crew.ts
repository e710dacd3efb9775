import { Tally, type WorkerCount } from '../../search/evaluate/counts.js';
import type { Fleet } from '../../search/evaluate/remote/fleet.js';
import type { SessionOptions } from '../../search/evaluate/session.js';
import type { Stopped } from '../../search/explore/explorer.js';
import { openEvents } from './events.js';
import { withFleet } from './fleet.js';
import type { Run } from './interrupt.js';
import { showProgress, type Progress } from './progress.js';
import { sumOf, withEvents } from './progress-events.js';
import { withRunLog, type LogPlace } from './run-log.js';
import { workersFor, type PreparedSearch } from './search.js';
import type { SearchOptions } from './search-options.js';
import { version } from './version.js';

/** Who does the work of a search, and who hears of it. */
export interface Crew {
  readonly workers: SessionOptions;
  /** Where the options name worker processes. */
  readonly fleet: Fleet | undefined;
  /** What each of them did, and this process where it did anything. */
  readonly counts: () => readonly WorkerCount[];
  /** Shows how far a search is, of so many designs where that is known. */
  readonly progress: (total: number | undefined) => Progress;
}

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
    const tally = new Tally('this process', own.jobs);
    await withRunLog(place, prepared, options, (log) =>
      withFleet(
        options,
        { ...own, log, tally },
        async (workers, fleet) => {
          const counts = (): readonly WorkerCount[] => [
            ...(fleet?.counts() ?? []),
            ...(fleet === undefined || tally.jobs > 0 ? [tally.count] : []),
          ];
          const progress = (total: number | undefined): Progress => {
            const shown = showProgress({
              ...{ unit: 'designs', total, wanted: options.quiet !== true },
              done: () => sumOf(counts(), 'designs'),
              ...(fleet && {
                workers: () => ({ present: fleet.present(), retries: sumOf(counts(), 'retries') }),
              }),
            });
            return withEvents(events, counts, total, shown);
          };
          const stopped = await work({ workers, fleet, counts, progress });
          events.add('ended', { stopped: stopped ?? null, seconds: seconds(), workers: counts() });
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
