import { PROCESS_BATCHES } from '../../search/evaluate/batch-size.js';
import { below, seededRandom } from '../../search/space/random.js';
import { Heap } from './heap.js';

/** A batch as a worker did it: how many designs, in how many milliseconds. */
export type TimedBatch = readonly [designs: number, milliseconds: number];

/** A search with workers, all times in milliseconds. */
export interface Scene {
  readonly workers: number;
  /** Designs to evaluate. */
  readonly designs: number;
  /**
   * Batches of a single worker from its start. Every worker does the same at first, since each learns by itself; its later
   * batches are drawn from the second half.
   */
  readonly batches: readonly TimedBatch[];
  /** Ways between coordinator and worker, drawn for each message. */
  readonly latencies: readonly number[];
  /** Time of the coordinator for a batch: to make and send it, and to take its answer. */
  readonly perBatch: number;
  /** Until a worker has greeted, drawn for each worker. */
  readonly starts: readonly number[];
  readonly seed: number;
}

/** What came of it. */
export interface Outcome {
  /** From the start of the workers to the last answer. */
  readonly milliseconds: number;
  readonly batches: number;
  /** Of the coordinator, with batches. */
  readonly busy: number;
  /** Of all workers together, with batches. */
  readonly worked: number;
}

/** Batches that a worker has at a time: one is being done, and one waits. */
const AT_A_TIME = 2;

/** The last batches are smaller, down to this share, as searches do it. */
const LEAST_SHARE = PROCESS_BATCHES.least / PROCESS_BATCHES.target;

const fair = (size: number, left: number, workers: number): number =>
  Math.min(size, left, Math.ceil(Math.max(left / (AT_A_TIME * workers), size * LEAST_SHARE)));

/** What reaches the coordinator: the greeting of a worker, or an answer of it. */
interface Arrival {
  readonly worker: number;
  readonly isGreeting: boolean;
}

/**
 * Simulates a search event by event. The coordinator takes what arrives in order, one after another, and for every answer
 * sends the next batch; a greeting is answered with the first ones. A worker does its batches in order.
 */
export const simulate = (scene: Scene): Outcome => {
  const { workers, designs, batches, latencies, perBatch, starts, seed } = scene;
  const random = seededRandom(seed);
  const draw = (values: readonly number[]): number => values[below(random, values.length)]!;
  const half = batches.length >> 1;
  const batchOf = (number: number): TimedBatch =>
    batches[number] ?? batches[half + below(random, batches.length - half)]!;

  const arrivals = new Heap<Arrival>();
  for (let worker = 0; worker < workers; worker++) arrivals.push(draw(starts), { worker, isGreeting: true });
  const free = new Float64Array(workers);
  const done = new Uint32Array(workers);
  let left = designs;
  let [clock, last, busy, worked, count] = [0, 0, 0, 0, 0];

  /** Hands a worker its next batch, or what is left for it. */
  const send = (worker: number): void => {
    if (left <= 0) return;
    const [size, milliseconds] = batchOf(done[worker]!++);
    const own = fair(size, left, workers);
    left -= own;
    count++;
    clock += perBatch;
    busy += perBatch;
    const takes = (milliseconds * own) / size;
    const ready = Math.max(clock + draw(latencies), free[worker]!) + takes;
    free[worker] = ready;
    worked += takes;
    arrivals.push(ready + draw(latencies), { worker, isGreeting: false });
  };
  for (let next = arrivals.pop(); next !== undefined; next = arrivals.pop()) {
    const [time, { worker, isGreeting }] = next;
    clock = Math.max(clock, time);
    if (!isGreeting) last = clock;
    for (let i = 0; i < (isGreeting ? AT_A_TIME : 1); i++) send(worker);
  }
  return { milliseconds: last, batches: count, busy, worked };
};

/** Workers that keep the coordinator busy all the time, where batches take as long as the later ones of a worker. */
export const saturation = ({ batches, perBatch }: Pick<Scene, 'batches' | 'perBatch'>): number => {
  const later = batches.slice(batches.length >> 1);
  return later.reduce((sum, [, milliseconds]) => sum + milliseconds, 0) / later.length / perBatch;
};
