import { existsSync, readFileSync } from 'node:fs';

/** Version of the program, from its package description. */
export function version(): string {
  const places = ['../../package.json', '../../../package.json'].map(
    (path) => new URL(path, import.meta.url),
  );
  const place = places.find((url) => existsSync(url));
  if (place === undefined) return 'unknown';
  const description: unknown = JSON.parse(readFileSync(place, 'utf8'));
  return typeof description === 'object' && description !== null && 'version' in description
    ? String(description.version)
    : 'unknown';
}
