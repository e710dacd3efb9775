import { SingleBar } from 'cli-progress';
import { progressLine, type ProgressState } from './progress-line.js';

/** Shows how far a long run is. */
export interface Progress {
  /** Shows the new numbers; the total may change. */
  readonly update: (finished: number, total?: number) => void;
  readonly stop: () => void;
}

/** What a run is about to do. */
export interface ProgressOptions extends Pick<ProgressState, 'unit' | 'total'> {
  readonly wanted: boolean;
  /** Who works on it, where that may change. */
  readonly workers?: () => ProgressState['workers'];
  /** How much work was done; what is finished, where not all of it is work. */
  readonly done?: () => number;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** Rates are those of about the last so many milliseconds: the first designs are slow. */
const WINDOW = 4000;
/** Within so many, nobody knows a rate. */
const SOON = 1000;

/** Gives rates per second from how much was done at which time; undefined where that is not known yet. */
export const createRate = (): ((done: number, time: number) => number | undefined) => {
  let marks: (readonly [time: number, done: number])[] = [];
  return (done, time) => {
    // A part of a run that counts from the beginning.
    if (done < (marks.at(-1)?.[1] ?? 0)) marks = [];
    marks.push([time, done]);
    while (marks.length > 2 && time - marks[1]![0] > WINDOW) marks.shift();
    const [since, before] = marks[0]!;
    return time - since < SOON ? undefined : (1000 * (done - before)) / (time - since);
  };
};

/** A line on stderr with a bar, the rate and the time left; nothing where stderr is not a terminal. */
export const showProgress = ({ unit, total, wanted, workers, done }: ProgressOptions): Progress => {
  if (!wanted || !process.stderr.isTTY) return SILENT;
  let state: ProgressState = { unit, finished: 0, total, perSecond: undefined, workers: workers?.() };
  const bar = new SingleBar({
    // At the last column some terminals would begin another line.
    format: (_, { maxWidth }: { readonly maxWidth: number }) => progressLine(state, maxWidth - 1),
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  const rate = createRate();
  rate(0, performance.now());
  bar.start(1, 0);
  return {
    update: (finished, newTotal = state.total) => {
      const perSecond = rate(done?.() ?? finished, performance.now());
      state = { ...state, finished, total: newTotal, perSecond, workers: workers?.() };
      bar.update(finished);
    },
    stop: () => bar.stop(),
  };
};
