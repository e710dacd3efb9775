import { Piscina } from 'piscina';
import { isRecord } from '../shapes.js';
import { stopAt } from '../stop-at.js';
import { isBuilt } from '../threads.js';
import { contentHash } from '../log/content-hash.js';
import type { RunLog } from '../log/run-log.js';
import { createTrials, type Answer, type Question, type TrialSetup } from './trial.js';
import { THREAD_FLAGS } from '../thread-flags.js';

export interface TrialOptions {
  /** Worker threads. */
  readonly jobs: number;
  /** Aborting it ends the work early; what was answered is kept. */
  readonly signal?: AbortSignal;
  /** URL of the built worker, where it is not beside this module. */
  readonly worker?: URL;
  /** Asked before any question is answered, and told the answers. */
  readonly log?: RunLog;
}

export interface AskOptions {
  /** Time of `performance.now()` after which nothing further is asked, and what is being worked on is given up. */
  readonly until?: number;
  /** Called with the questions answered so far. */
  readonly onProgress?: (answered: number) => void;
}

/** Answers questions about designs, with workers that stay. Answers do not depend on the number of workers. */
export interface Trials {
  readonly setup: TrialSetup;
  /**
   * Undefined entries are questions that an abort or the end of the time came before.
   * @throws the error of a question that cannot be answered
   */
  readonly ask: (questions: readonly Question[], options?: AskOptions) => Promise<(Answer | undefined)[]>;
  readonly close: () => Promise<void>;
}

const builtWorker = (): URL => new URL('./trial-worker.js', import.meta.url);

const isAnswer = (value: unknown, { kind }: Question): value is Answer => {
  if (!isRecord(value)) return false;
  return kind === 'noise' ? typeof value['noise'] === 'number' : isRecord(value['quality']);
};

/** Opens workers, which start with the first question; the calling thread answers where the worker is not built. */
export const openTrials = (
  setup: TrialSetup,
  { jobs, signal, worker = builtWorker(), log }: TrialOptions,
): Trials => {
  const built = isBuilt(worker);
  const isAborted = (): boolean => signal?.aborted === true;
  let pool: Piscina<Question, Answer> | undefined;
  let here: ((question: Question) => Answer) | undefined;
  const stop = (): void => {
    void pool?.destroy();
    pool = undefined;
  };
  signal?.addEventListener('abort', stop, { once: true });

  const askHere = async (question: Question): Promise<Answer> => {
    // Lets signals in.
    await new Promise((resolve) => setImmediate(resolve));
    here ??= createTrials(setup);
    return here(question);
  };
  const open = (): Piscina<Question, Answer> =>
    (pool ??= new Piscina({
      execArgv: [...THREAD_FLAGS],
      filename: worker.href,
      minThreads: 1,
      maxThreads: Math.max(1, jobs),
      workerData: setup,
    }));

  let setupHash: string | undefined;
  const keyOf = (question: Question): string => contentHash((setupHash ??= contentHash(setup)), question);
  const logged = (question: Question): Answer | undefined =>
    log && [...log.all(keyOf(question))].find((value) => isAnswer(value, question));

  return {
    setup,
    ask: async (questions, { until = Infinity, onProgress } = {}) => {
      const answers = questions.map((): Answer | undefined => undefined);
      let [next, answered] = [0, 0];
      const isOver = (): boolean => isAborted() || performance.now() >= until;
      const feed = async (): Promise<void> => {
        while (next < questions.length && !isOver()) {
          const at = next++;
          answers[at] = logged(questions[at]!);
          if (answers[at] !== undefined) {
            onProgress?.(++answered);
            continue;
          }
          const workers = built ? open() : undefined;
          try {
            answers[at] =
              workers === undefined ? await askHere(questions[at]!) : await workers.run(questions[at]!);
          } catch (error) {
            // What was under way when the workers were ended is not answered.
            if (workers !== undefined && workers !== pool) return;
            throw error;
          }
          log?.add(keyOf(questions[at]!), answers[at]);
          onProgress?.(++answered);
        }
      };
      const clear = stopAt(until, stop);
      try {
        await Promise.all(Array.from({ length: Math.max(1, jobs) }, feed));
      } finally {
        clear();
      }
      return answers;
    },
    close: async () => {
      signal?.removeEventListener('abort', stop);
      await pool?.destroy();
      pool = undefined;
    },
  };
};
