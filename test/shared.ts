import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const candidate = fileURLToPath(new URL('../../shared', import.meta.url));

/** Folder with reference figures and models beside the project; undefined where it is absent. */
export const sharedDir: string | undefined = existsSync(candidate) ? candidate : undefined;

if (sharedDir === undefined) {
  process.stderr.write('tests against reference figures are skipped: there is no ../shared folder\n');
}
