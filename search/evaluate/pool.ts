import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { createBatchSizer } from './batch-size.js';
import { type Batch, type BatchResult, evaluateBatch, reasonOf, type WorkerSetup } from './batch.js';
import { createEvaluator } from './evaluator.js';
import { FIGURE_COUNT } from './figures.js';
import type { DesignTable, Space } from '../space.js';

/** What all tables of designs of a session have in common. */
export interface SessionOptions {
  /** Worker threads; with 1 the calling thread does the work. */
  readonly jobs: number;
  /** Aborting it ends the evaluation early; what was finished is kept. */
  readonly signal?: AbortSignal;
  /** URL of a module with a `createEvaluator`, instead of the estimator's. */
  readonly evaluator?: string;
  /** URL of the built worker, where it is not beside this module. */
  readonly worker?: URL;
}

/** How to evaluate one table of designs. */
export interface EvaluateOptions extends SessionOptions {
  /** Called after every batch with the designs finished so far, failed ones included. */
  readonly onProgress?: (finished: number) => void;
}

/** Figures of evaluated designs, by their row in the table of designs. */
export interface Results {
  /** `FIGURE_COUNT` numbers per design. */
  readonly figures: Float64Array;
  /** 1 where a design's figures are known. */
  readonly known: Uint8Array;
  /** Designs that could not be evaluated, by row. */
  readonly failures: ReadonlyMap<number, string>;
  readonly interrupted: boolean;
}

/** Rows [from, to) of the table of designs. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** Collects what batches bring. */
class Collector {
  readonly figures: Float64Array;
  readonly known: Uint8Array;
  readonly failures = new Map<number, string>();
  finished = 0;

  constructor(
    private readonly designs: DesignTable,
    private readonly onProgress: ((finished: number) => void) | undefined,
  ) {
    this.figures = new Float64Array(designs.count * FIGURE_COUNT);
    this.known = new Uint8Array(designs.count);
  }

  batch({ from, to }: Range): Batch {
    const { digits, width } = this.designs;
    return { digits: digits.slice(from * width, to * width), width };
  }

  accept({ from, to }: Range, result: BatchResult): void {
    this.figures.set(result.figures, from * FIGURE_COUNT);
    this.known.fill(1, from, to);
    for (const [row, reason] of result.failures) {
      this.known[from + row] = 0;
      this.failures.set(from + row, reason);
    }
    this.advance(to - from);
  }

  fail({ from, to }: Range, reason: string): void {
    for (let row = from; row < to; row++) this.failures.set(row, reason);
    this.advance(to - from);
  }

  results(interrupted: boolean): Results {
    const failures = new Map([...this.failures].sort(([a], [b]) => a - b));
    return { figures: this.figures, known: this.known, failures, interrupted };
  }

  private advance(count: number): void {
    this.finished += count;
    this.onProgress?.(this.finished);
  }
}

const isAborted = (options: EvaluateOptions): boolean => options.signal?.aborted === true;

const loadEvaluator = async (space: Space, url: string | undefined) => {
  if (url === undefined) return createEvaluator(space);
  const module = (await import(url)) as { readonly createEvaluator: typeof createEvaluator };
  return module.createEvaluator(space);
};

const evaluateInline = async (
  space: Space,
  designs: DesignTable,
  options: EvaluateOptions,
): Promise<Results> => {
  const collector = new Collector(designs, options.onProgress);
  const evaluator = await loadEvaluator(space, options.evaluator);
  const sizer = createBatchSizer();
  let from = 0;
  while (from < designs.count && !isAborted(options)) {
    const range = { from, to: Math.min(designs.count, from + sizer.next()) };
    const result = evaluateBatch(evaluator, collector.batch(range));
    sizer.learn(range.to - range.from, result.milliseconds);
    collector.accept(range, result);
    from = range.to;
    // Lets signals and the progress line in.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return collector.results(from < designs.count);
};

/**
 * Workers may end this often, and once more per so many finished designs, before the rest is given up: it is then no
 * matter of single designs.
 */
const MOST_ENDS = 200;
const DESIGNS_PER_END = 20;

const workerUrl = (): URL => new URL('./worker.js', import.meta.url);

const evaluatorUrl = (): string => new URL('./evaluator.js', import.meta.url).href;

const evaluateInPool = async (
  space: Space,
  designs: DesignTable,
  options: EvaluateOptions,
): Promise<Results> => {
  const collector = new Collector(designs, options.onProgress);
  const workerData: WorkerSetup = { space, evaluator: options.evaluator ?? evaluatorUrl() };
  const worker = options.worker ?? workerUrl();
  if (!existsSync(fileURLToPath(worker)))
    throw new Error(`${fileURLToPath(worker)} is missing: build the program`);
  const threads = Math.min(options.jobs, designs.count);
  const pool = new Piscina<Batch, BatchResult>({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    workerData,
  });
  const sizer = createBatchSizer();
  const retries: Range[] = [];
  let next = 0;
  let ends = 0;
  let broken = false;

  const take = (): Range | undefined => {
    const retry = retries.pop();
    if (retry !== undefined || next >= designs.count) return retry;
    const from = next;
    next = Math.min(designs.count, from + sizer.next());
    return { from, to: next };
  };

  const giveUp = (): void => {
    broken = true;
    void pool.destroy();
  };
  // Workers that end before they are ready are not replaced: without them nothing would ever answer.
  pool.on('error', () => {
    if (pool.threads.length === 0) giveUp();
  });

  /** Halves the batch of a worker that ended, until only the design that ended it is left. */
  const handleEnd = (range: Range, error: unknown): void => {
    ends++;
    if (pool.threads.length === 0 || ends > MOST_ENDS + collector.finished / DESIGNS_PER_END) giveUp();
    if (broken || range.to - range.from === 1) {
      collector.fail(range, `its worker ended: ${reasonOf(error)}`);
      return;
    }
    const middle = (range.from + range.to) >> 1;
    retries.push({ from: middle, to: range.to }, { from: range.from, to: middle });
  };

  /** One of the loops that keep batches in flight. */
  const feed = async (): Promise<void> => {
    while (!isAborted(options)) {
      const range = take();
      if (range === undefined) return;
      if (broken) {
        collector.fail(range, 'not evaluated: workers ended too often');
        continue;
      }
      try {
        const batch = collector.batch(range);
        const result = await pool.run(batch, { transferList: [batch.digits.buffer as ArrayBuffer] });
        sizer.learn(range.to - range.from, result.milliseconds);
        collector.accept(range, result);
      } catch (error) {
        if (!isAborted(options)) handleEnd(range, error);
      }
    }
  };

  const stop = (): void => void pool.destroy();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    // A batch being evaluated and one waiting for each thread. A second round takes what retries left behind.
    const inFlight = 2 * threads;
    do await Promise.all(Array.from({ length: inFlight }, feed));
    while (retries.length > 0 && !isAborted(options));
    return collector.results(collector.finished < designs.count);
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await pool.destroy();
  }
};

/**
 * Evaluates designs, in batches, on a pool of worker threads or in the calling thread. The results do not depend on
 * the number of threads. A design that throws, or ends its worker, is listed as failed and costs no other.
 */
export const evaluateDesigns = (
  space: Space,
  designs: DesignTable,
  options: EvaluateOptions,
): Promise<Results> =>
  options.jobs <= 1 || designs.count <= 1
    ? evaluateInline(space, designs, options)
    : evaluateInPool(space, designs, options);
