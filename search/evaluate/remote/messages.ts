import { contentHash } from '../log/content-hash.js';
import { radicesOf, type Space } from '../../space/space.js';
import type { Values } from '../../substitute/substitution.js';
import type { Jobs } from '../pool.js';
import { isBatch, isRecord, isWalkTask } from '../shapes.js';

/** Version of the messages: a worker and who uses it have to agree on it, and on the version of the program. */
const PROTOCOL = 1;

/** The first line that a worker writes. What a shell says before it is skipped. */
export const greeting = (version: string, threads: number): string =>
  `paretou-worker ${PROTOCOL} ${version} ${threads}\n`;

/** What a worker says of itself. */
export interface Greeting {
  readonly version: string;
  readonly threads: number;
  /** It speaks this version of the messages. */
  readonly isUnderstood: boolean;
  /** Where what follows begins. */
  readonly end: number;
}

/** Finds the greeting in what a worker has written so far. */
export const findGreeting = (text: string): Greeting | undefined => {
  const found = /(?:^|\n)paretou-worker (\d{1,9}) (\S{1,100}) (\d{1,9})\n/.exec(text);
  return found === null
    ? undefined
    : {
        version: found[2]!,
        threads: Math.max(1, Number(found[3])),
        isUnderstood: Number(found[1]) === PROTOCOL,
        end: found.index + found[0].length,
      };
};

/** Evaluations of a space, whose later messages name it by a number. */
export interface SetupMessage {
  readonly kind: 'setup';
  readonly pool: number;
  readonly space: Space;
  readonly values: Values;
  readonly hash: string;
}

/** What a worker is told. */
export type ToWorker =
  | SetupMessage
  | {
      [K in keyof Jobs]: {
        readonly kind: 'job';
        readonly id: number;
        readonly pool: number;
        readonly job: K;
        readonly task: Jobs[K]['task'];
      };
    }[keyof Jobs]
  | { readonly kind: 'forget'; readonly pool: number };

/** What a worker says. Beats show that it is there. */
export type FromWorker =
  | { readonly kind: 'beat' }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string };

/** A message that sets up evaluations. */
export const setupMessage = (pool: number, space: Space, values: Values): SetupMessage => ({
  ...{ kind: 'setup', pool, space, values },
  hash: contentHash(space, values),
});

const JOBS: readonly unknown[] = ['batch', 'walk', 'segments'] satisfies (keyof Jobs)[];

/** Messages to workers that are what they should be, before their tasks are looked at. */
export const isToWorker = (value: unknown): value is ToWorker => {
  if (!isRecord(value) || !Number.isSafeInteger(value['pool'])) return false;
  if (value['kind'] === 'setup')
    return (
      isRecord(value['space']) &&
      (value['values'] === 'known' || value['values'] === 'unknown') &&
      contentHash(value['space'], value['values']) === value['hash']
    );
  if (value['kind'] === 'job') return Number.isSafeInteger(value['id']) && JOBS.includes(value['job']);
  return value['kind'] === 'forget';
};

/** A task that can be done in a space. */
export const isTask = (space: Space, job: keyof Jobs, task: unknown): boolean => {
  if (job === 'segments') return true;
  const radices = radicesOf(space);
  return job === 'batch' ? isBatch(task, radices) : isWalkTask(task, radices);
};

/** Messages of workers that are what they should be, before their results are looked at. */
export const isFromWorker = (value: unknown): value is FromWorker => {
  if (!isRecord(value)) return false;
  if (value['kind'] === 'beat') return true;
  if (!Number.isSafeInteger(value['id'])) return false;
  return value['kind'] === 'done' || (value['kind'] === 'failed' && typeof value['reason'] === 'string');
};
