import type { Connection } from './connection.js';

/** Settings that a Redis should have, and what happens where it has another. */
const SETTINGS = [
  { name: 'appendonly', value: 'yes', risk: 'if it is restarted, waiting work is lost and done again' },
  { name: 'maxmemory-policy', value: 'noeviction', risk: 'if its memory is full, it drops work' },
] as const;

/** What of the settings of a Redis is not as it should be, in sentences. */
export const settingWarnings = async ({ redis, address: { shown } }: Connection): Promise<string[]> => {
  try {
    const found = await Promise.all(SETTINGS.map(async ({ name }) => (await redis.config('GET', name))[1]));
    return SETTINGS.flatMap(({ name, value, risk }, i) =>
      found[i] === value ? [] : [`${shown} has ${name} ${found[i]}: ${risk}; set it to ${value}`],
    );
  } catch {
    const wanted = SETTINGS.map(({ name, value }) => `${name} ${value}`).join(' and ');
    return [`the settings of ${shown} cannot be checked; it should have ${wanted}`];
  }
};
