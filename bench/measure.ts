/** One measurement. */
export interface Sample {
  readonly wallMs: number;
  /** Processor time of all threads of the process and of those that it started, garbage collection included. */
  readonly cpuMs: number;
  /** Highest resident memory in bytes; of processes of their own only. */
  readonly peakBytes?: number;
}

/** Times one call. */
export function time(work: () => void): Sample {
  const cpu = process.cpuUsage();
  const start = performance.now();
  work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** Times `work(0)`, `work(1)`, … one after another. */
export const repeat = (runs: number, work: (run: number) => void): Sample[] =>
  Array.from({ length: runs }, (_, run) => time(() => work(run)));

/** The middle value; the mean of the two middle ones of an even number. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What one line of the table states. */
export interface Figure {
  /** What was measured; those after the first of a benchmark say how they differ from it. */
  readonly what: string;
  readonly unit: string;
  /** Larger values are better. */
  readonly rate: boolean;
  /** In `unit`, one per run. */
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
  readonly peakBytes: readonly number[];
}

/** Time that a run takes. */
export const durations = (
  what: string,
  unit: 's' | 'ms' | 'µs',
  samples: readonly Sample[],
  calls = 1,
): Figure => {
  const scale = { s: 1e-3, ms: 1, µs: 1e3 }[unit] / calls;
  return figure(what, unit, false, samples, (ms) => ms * scale);
};

/** Amount of work per second. */
export const rates = (what: string, unit: string, samples: readonly Sample[], amount: number): Figure =>
  figure(what, `${unit}/s`, true, samples, (ms) => (1000 * amount) / ms);

/** How many times as fast the second samples are as the first, run by run. */
export const ratios = (what: string, slow: readonly Sample[], fast: readonly Sample[]): Figure => ({
  what,
  unit: 'times',
  rate: true,
  wall: slow.map(({ wallMs }, i) => wallMs / fast[i]!.wallMs),
  cpu: slow.map(({ cpuMs }, i) => cpuMs / fast[i]!.cpuMs),
  peakBytes: [],
});

const figure = (
  what: string,
  unit: string,
  rate: boolean,
  samples: readonly Sample[],
  convert: (ms: number) => number,
): Figure => ({
  what,
  unit,
  rate,
  wall: samples.map(({ wallMs }) => convert(wallMs)),
  cpu: samples.map(({ cpuMs }) => convert(cpuMs)),
  peakBytes: samples.flatMap(({ peakBytes }) => peakBytes ?? []),
});
