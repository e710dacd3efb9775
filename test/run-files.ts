import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { z } from 'zod';
import { parseReport } from '../search/report/html/read-report.js';
import { PICK_FILE } from '../search/report/schema/pick-file.js';
import { RUN_FILE } from '../search/report/schema/run-file.js';

const valid =
  (file: z.ZodType) =>
  (text: string, path: string): void =>
    expect(file.safeParse(JSON.parse(text)).error, path).toBeUndefined();

/** What is expected of the files of searches, by their names. */
const CHECKS: Readonly<Record<string, (text: string, path: string) => void>> = {
  'run.json': valid(RUN_FILE),
  'pick.json': valid(PICK_FILE),
  // What the validator does not know, it leaves out.
  'report.json': (text, path) => expect(parseReport(text, path)).toEqual(JSON.parse(text)),
};

/** Expects the files that searches wrote somewhere in a folder to be what their schemas say. @returns how many there were */
export const checkRunFiles = (folder: string): number => {
  let count = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const check = entry.isFile() ? CHECKS[entry.name] : undefined;
    if (check === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    check(readFileSync(path, 'utf8'), path);
    count++;
  }
  return count;
};
