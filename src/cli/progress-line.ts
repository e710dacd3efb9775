import { grouped, plural, shortened } from '../text.js';

/** How far a run is. */
export interface ProgressState {
  /** What is counted, as in `designs`. */
  readonly unit: string;
  readonly finished: number;
  /** How many there will be; undefined where that is not known: then nothing is said of the time left. */
  readonly total: number | undefined;
  /** Undefined where it is not known yet. */
  readonly perSecond: number | undefined;
  /** Worker processes that are there, and jobs that were done again; undefined where there are none. */
  readonly workers: { readonly present: number; readonly retries: number } | undefined;
}

/** Longest and shortest bar. */
const LONGEST = 30;
const SHORTEST = 8;

/** Seconds as people say them. */
export const durationText = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${(seconds / 3600).toFixed(1)} h`;
};

/** Seconds that the rest will take at that rate; undefined where nobody knows. */
export const secondsLeft = ({
  finished,
  total,
  perSecond = 0,
}: Pick<ProgressState, 'finished' | 'total' | 'perSecond'>): number | undefined =>
  total === undefined || total <= finished || perSecond <= 0 ? undefined : (total - finished) / perSecond;

const rateText = (perSecond: number): string =>
  `${perSecond >= 10 ? grouped(perSecond) : Number(perSecond.toPrecision(2))}/s`;

const workersText = ({ present, retries }: NonNullable<ProgressState['workers']>): string =>
  plural(present, 'worker') + (retries > 0 ? `, ${plural(retries, 'retry', 'retries')}` : '');

const barOf = (share: number, length: number): string => {
  const full = Math.floor(share * length);
  return '█'.repeat(full) + '░'.repeat(length - full);
};

/**
 * A line of at most so many columns that says how far a run is. Where there is little room, the bar goes first, then
 * workers, rate and time left.
 */
export const progressLine = (state: ProgressState, columns: number): string => {
  const { unit, finished, total, perSecond, workers } = state;
  const seconds = secondsLeft(state);
  const count = `${grouped(finished)}${total === undefined ? '' : `/${grouped(total)}`} ${unit}`;
  const rate = perSecond === undefined ? [] : [rateText(perSecond)];
  const left = seconds === undefined ? [] : [`${durationText(seconds)} left`];
  const crew = workers === undefined ? [] : [workersText(workers)];
  const texts = [
    [count, ...rate, ...left, ...crew],
    [count, ...rate, ...left],
    [count, ...left],
  ].map((facts) => facts.join(' · '));
  const text = texts.find(({ length }) => length <= columns) ?? shortened(count, columns);
  const room = Math.min(LONGEST, columns - text.length - 1);
  if (total === undefined || total === 0 || room < SHORTEST) return text;
  return `${barOf(Math.min(1, finished / total), room)} ${text}`;
};
