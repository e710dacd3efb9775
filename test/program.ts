import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { checkRunFiles } from './run-files.js';

/** The built program. */
export const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
export const built = existsSync(main);
/** Follows the names of tests that need it. */
export const remark = built ? '' : ' (skipped: dist/ is missing, run npm run build)';

/**
 * A folder for the tests of a file, which goes when they are over; and paths in it. Files of searches in it are expected
 * to be what their schemas say.
 */
export const temporaryFolder = (name: string): { folder: string; at: (...names: string[]) => string } => {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  afterAll(() => {
    try {
      checkRunFiles(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return { folder, at: (...names) => join(folder, ...names) };
};

/** True of a process that has not ended. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
