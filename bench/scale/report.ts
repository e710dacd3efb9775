import { grouped, kibibytes, wrap } from '../../src/text.js';
import { markdownTable, right } from '../markdown.js';
import { median } from '../measure.js';
import { quantile } from '../statistics.js';
import type { Measured, MeasuredSearch } from './measure.js';
import { saturation, simulate, type Outcome, type TimedBatch } from './simulate.js';

const WORKERS = [1, 2, 4, 10, 100, 1000];
/** Designs of a search that is worth many machines. */
const MANY = 10_000_000;
/** A way to another continent, there and back, in milliseconds. */
const FAR = 200;
const SEED = 1;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const workOf = (batches: readonly TimedBatch[]): number =>
  sum(batches.map(([, milliseconds]) => milliseconds)) / sum(batches.map(([designs]) => designs));

const laterOf = (batches: readonly TimedBatch[]): readonly TimedBatch[] => batches.slice(batches.length >> 1);

/** Seconds, with three digits that count where they are few. */
const seconds = (milliseconds: number): string =>
  milliseconds >= 99_950 ? grouped(milliseconds / 1000) : (milliseconds / 1000).toPrecision(3);

const times = (ratio: number): string => (ratio >= 99.95 ? grouped(ratio) : ratio.toPrecision(3));

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;

const simulated = (
  measured: Measured,
  { batches }: MeasuredSearch,
  workers: number,
  designs: number,
  far = 0,
): Outcome =>
  simulate({
    ...{ workers, designs, batches, perBatch: measured.per_batch, starts: measured.starts, seed: SEED },
    latencies: measured.round_trips.map((milliseconds) => (milliseconds + far) / 2),
  });

/** What workers give for so many designs, with all that the coordinator has to do alone. */
const gains = (measured: Measured, search: MeasuredSearch, designs: number, rest = 0): string => {
  const alone = simulated(measured, search, 1, designs).milliseconds + rest;
  const rows = WORKERS.map((workers) => {
    const { milliseconds, busy, worked, batches } = simulated(measured, search, workers, designs);
    const far = simulated(measured, search, workers, designs, FAR).milliseconds + rest;
    const took = milliseconds + rest;
    return [
      grouped(workers),
      seconds(took),
      times(alone / took),
      percent(alone / took / workers),
      grouped((1000 * designs) / took),
      grouped(batches),
      percent(busy / milliseconds),
      percent(worked / (workers * milliseconds)),
      seconds(far),
    ];
  });
  const columns = right(
    ...['workers', 'seconds', 'times as fast', 'of linear', 'designs/s', 'batches'],
    ...['coordinator busy', 'workers busy', 'seconds, far away'],
  );
  return markdownTable(columns, rows);
};

/** The measured seconds of a few local workers beside the simulated ones. */
const localTable = (measured: Measured, sample: MeasuredSearch): string => {
  const rows = measured.local.map(({ workers, designs, seconds: took }) => {
    const { milliseconds } = simulated({ ...measured, starts: [0] }, sample, workers, designs);
    return [String(workers), grouped(designs), took.toPrecision(3), seconds(milliseconds)];
  });
  return markdownTable(right('local workers', 'designs', 'seconds measured', 'seconds simulated'), rows);
};

const costLines = (measured: Measured, sample: MeasuredSearch): string[] => {
  const { per_batch, bytes, round_trips, starts } = measured;
  const { batches } = sample;
  const first = batches.slice(0, Math.ceil(batches.length / 10));
  const later = laterOf(batches);
  const times3 = [0.1, 0.5, 0.9].map((share) =>
    quantile(
      later.map(([, milliseconds]) => milliseconds),
      share,
    ).toFixed(0),
  );
  return [
    `a design costs a worker ${workOf(first).toFixed(2)} ms in its first tenth of the batches, ` +
      `${workOf(later).toFixed(3)} ms in the second half`,
    `a batch takes ${times3.join(', ')} ms (10%, 50%, 90% of the batches of the second half), with ` +
      `${grouped(median(later.map(([designs]) => designs)))} designs (median)`,
    `${grouped(bytes.sent / bytes.designs)} bytes a design to the worker and ` +
      `${grouped(bytes.received / bytes.designs)} bytes back: ${kibibytes(bytes.sent)} KiB and ` +
      `${kibibytes(bytes.received)} KiB for a batch of ${grouped(bytes.designs)}; the space, once for each worker: ` +
      `${kibibytes(bytes.setup)} KiB`,
    `the coordinator works ${per_batch.toFixed(2)} ms for a batch; ` +
      `${grouped(saturation({ batches, perBatch: per_batch }))} workers keep it busy all the time`,
    `the way to a worker on this machine and back takes ${median(round_trips).toFixed(2)} ms (median), ` +
      `${quantile(round_trips, 0.9).toFixed(2)} ms (90%); a worker greets after ${grouped(median(starts))} ms`,
  ];
};

/** What was measured, and what the simulation makes of it, as Markdown. */
export const scaleReport = (measured: Measured): string => {
  const [sample, exact] = measured.searches as readonly [MeasuredSearch, MeasuredSearch];
  const { machine, model } = measured;
  const worked = sum(exact.batches.map(([, milliseconds]) => milliseconds));
  const heading = (text: string): string[] => ['', wrap(text), ''];
  return [
    wrap(
      `${model} on six systems, sites standard or separable, eight widths per width group; ${machine.cores} cores ` +
        `(${machine.processor}), Node ${machine.node}. Work is in processor time. Far away: ${FAR} ms there and back.`,
    ),
    '',
    ...costLines(measured, sample).map((line) => wrap(`- ${line}`, '', '  ')),
    ...heading(
      `Workers of this machine, without their start, by the clock (load average ${measured.load.toFixed(1)} on ` +
        `${machine.cores} cores: above ${machine.cores}, other programs took part of the time):`,
    ),
    localTable(measured, sample),
    ...heading(`A sample of ${grouped(sample.designs)} designs:`),
    gains(measured, sample, sample.designs, sample.rest),
    ...heading(`${grouped(MANY)} designs:`),
    gains(measured, sample, MANY),
    ...heading(
      `The exact search: ${seconds(worked)} s of work for workers, of which ` +
        `${percent(sum(exact.batches.slice(0, exact.batches.length >> 1).map(([, ms]) => ms)) / worked)} in the first half ` +
        `of the batches, and ${seconds(exact.rest)} s that only the coordinator can do:`,
    ),
    gains(measured, exact, exact.designs, exact.rest),
  ].join('\n');
};
