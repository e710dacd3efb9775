import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { z } from 'zod';
import { parseReport } from '../search/report/html/read-report.js';

const schemas = fileURLToPath(new URL('../configs/schema/', import.meta.url));

/** What a published schema says, as a reader of JSON Schema understands it. */
export const publishedSchema = (name: string): z.ZodType =>
  z.fromJSONSchema(
    JSON.parse(readFileSync(`${schemas}${name}.schema.json`, 'utf8')) as z.core.JSONSchema.JSONSchema,
  );

/** The files that searches write. */
const FILES = ['run.json', 'pick.json', 'report.json'];

/** Expects the files that searches wrote somewhere in a folder to be what their schemas say. */
export const checkRunFiles = (folder: string): void => {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !FILES.includes(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    const json: unknown = JSON.parse(text);
    expect(publishedSchema(entry.name.replace('.json', '')).safeParse(json).error, path).toBeUndefined();
    // Fields that its validator does not name are not read.
    if (entry.name === 'report.json') expect(parseReport(text, path)).toEqual(json);
  }
};
