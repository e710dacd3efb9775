import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a long run is. */
export interface Progress {
  /** Shows the new numbers; the total may change. */
  readonly update: (finished: number, total?: number) => void;
  readonly stop: () => void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.ceil(seconds % 60)} s` : `${(minutes / 60).toFixed(1)} h`;
};

/** Rates are those of about the last so many milliseconds: the first designs are slow. */
const WINDOW = 4000;

/** A bar on stderr with rate and time left; nothing where stderr is not a terminal. */
export const showProgress = (total: number, unit: string, wanted: boolean): Progress => {
  if (!wanted || !process.stderr.isTTY) return SILENT;
  const bar = new SingleBar(
    {
      format: `{bar} {percentage}% | {value} of {total} ${unit} | {rate}/s | {left} left`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 30,
      etaBuffer: 1,
    },
    Presets.shades_classic,
  );
  const marks = [{ time: performance.now(), finished: 0 }];
  bar.start(total, 0, { rate: 0, left: '?' });
  return {
    update: (finished, newTotal = bar.getTotal()) => {
      if (newTotal !== bar.getTotal()) bar.setTotal(newTotal);
      const time = performance.now();
      marks.push({ time, finished });
      while (marks.length > 2 && time - marks[1]!.time > WINDOW) marks.shift();
      const since = marks[0]!;
      const perSecond = (1000 * (finished - since.finished)) / Math.max(1, time - since.time);
      bar.update(finished, {
        rate: Math.round(perSecond),
        left: duration((newTotal - finished) / perSecond),
      });
    },
    stop: () => bar.stop(),
  };
};
