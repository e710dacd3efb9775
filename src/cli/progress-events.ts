import type { WorkerCount } from '../../search/evaluate/counts.js';
import type { Events } from './events.js';
import { createRate, type Progress } from './progress.js';
import { secondsLeft } from './progress-line.js';

/** Milliseconds between two lines about progress in a file of events. */
const EVERY = 1000;

/** Designs or retries of all workers. */
export const sumOf = (counts: readonly WorkerCount[], of: 'designs' | 'retries'): number =>
  counts.reduce((sum, count) => sum + count[of], 0);

const rounded = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value);

/** Workers as a line about progress lists them: with how fast each is now. */
const createPace = (): ((
  counts: readonly WorkerCount[],
  time: number,
) => readonly Readonly<Record<string, unknown>>[]) => {
  const rates = new Map<number, ReturnType<typeof createRate>>();
  return (counts, time) =>
    counts.map((count, i) => {
      if (!rates.has(i)) rates.set(i, createRate());
      return { ...count, per_second: rounded(rates.get(i)!(count.designs, time)) };
    });
};

/** Progress that is also written to a file of events, now and then. */
export const withEvents = (
  events: Events,
  counts: () => readonly WorkerCount[],
  known: number | undefined,
  shown: Progress,
): Progress => {
  const rate = createRate();
  const pace = createPace();
  let last = performance.now();
  rate(sumOf(counts(), 'designs'), last);
  pace(counts(), last);
  return {
    update: (finished, total = known) => {
      shown.update(finished, total);
      const time = performance.now();
      if (time - last < EVERY) return;
      last = time;
      const workers = counts();
      const perSecond = rate(sumOf(workers, 'designs'), time);
      events.add('progress', {
        finished,
        total: total ?? null,
        per_second: rounded(perSecond),
        seconds_left: rounded(secondsLeft({ finished, total, perSecond })),
        retries: sumOf(workers, 'retries'),
        workers: pace(workers, time),
      });
    },
    stop: shown.stop,
  };
};
