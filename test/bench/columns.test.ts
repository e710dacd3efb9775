import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { columnsDocument } from '../../bench/columns.js';
import { METRIC_NAMES, METRICS } from '../../search/metrics.js';
import { COLUMN_NOTES, CSV_COLUMNS } from '../../search/report/ranking-csv.js';

const text = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

test('docs/columns.md is what npm run tables -- columns prints', () => {
  expect(text('docs/columns.md')).toBe(columnsDocument());
});

test('every column is described, once, with a version of the changelog', () => {
  expect(COLUMN_NOTES.map(({ name }) => name)).toEqual(CSV_COLUMNS);
  const versions = [...text('CHANGELOG.md').matchAll(/^## (\S+)/gm)].map(([, version]) =>
    version!.toLowerCase(),
  );
  for (const { name, definition, since } of COLUMN_NOTES) {
    expect(versions, name).toContain(since);
    expect(definition, name).toMatch(/^\S.*[^.\s]$/);
  }
  const definitions = METRIC_NAMES.map((name) => METRICS[name].definition);
  expect(new Set(definitions).size).toBe(definitions.length);
});
