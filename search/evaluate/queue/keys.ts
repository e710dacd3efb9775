/** What all keys begin with. */
export const PREFIX = 'paretou';

const NAME = /^[0-9a-f]{32}$/;

/** True of the name of a setup. */
export const isSetupName = (text: string): boolean => NAME.test(text);

/** Who is there, as sets of names. */
export const SETS = { searches: `${PREFIX}:searches`, workers: `${PREFIX}:workers` } as const;

/** What lies in a Redis, by its meaning. A search is named by setup and id. */
export const KEYS = {
  search: (name: string): string => `${PREFIX}:search:${name}`,
  worker: (id: string): string => `${PREFIX}:worker:${id}`,
  setup: (hash: string): string => `${PREFIX}:setup:${hash}`,
  /** A job, or a list of jobs, of the queue of a setup. */
  job: (hash: string, id: string): string => `${PREFIX}:${hash}:${id}`,
  answers: (hash: string): string => `${PREFIX}:${hash}:answers`,
} as const;
