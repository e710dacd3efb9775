import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { schemaFiles } from '../../bench/schemas.js';
import { baselineText } from '../../src/budget/baseline.js';
import { publishedSchema } from '../run-files.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

const accepts = (name: string, value: unknown): boolean => publishedSchema(name).safeParse(value).success;

test('the published schemas are those of the validators', () => {
  const files = schemaFiles();
  expect(readdirSync(`${root}/configs/schema`).sort()).toEqual([...files.keys()].sort());
  for (const [name, schema] of files) expect(text(`configs/schema/${name}`), name).toBe(schema);
});

const shipped = (folder: string): string[] =>
  readdirSync(`${root}/${folder}`).map((file) => `${folder}/${file}`);

describe('the schemas validate what comes with the program', () => {
  test.for([
    ...shipped('configs/spaces').map((file) => ['space', file] as const),
    ...shipped('configs/budgets').map((file) => ['budget', file] as const),
    ['parts', 'configs/parts.yaml'] as const,
  ])('as %s: %s', ([name, file]) => {
    expect(accepts(name, parse(text(file)))).toBe(true);
  });

  test('and the YAML of the documents', () => {
    const documents = readdirSync(`${root}/docs`).filter((file) => file.endsWith('.md'));
    const all = documents.map((file) => text(`docs/${file}`)).join('\n');
    const blocks = [...all.matchAll(/^```yaml\n# (\w+)\.yaml[^\n]*\n([^]*?)^```$/gm)];
    expect(new Set(blocks.map(([, name]) => name))).toEqual(new Set(['space', 'budget', 'parts']));
    for (const [, name, yaml] of blocks) expect(accepts(name!, parse(yaml!)), yaml).toBe(true);
  });

  test('and baselines', () => {
    const baseline = baselineText('net', [
      {
        accelerator: 'ethos-u55-128',
        systemConfig: 'System',
        memoryMode: 'Mode',
        optimise: 'Size',
        values: { cycles: 1, ms: 0.5, fvp_ms: undefined, sram: 2, flash: 3, cpu_operators: 0 },
        fvpRefused: 'not known',
        operators: [{ operator: 0, name: 'a', kind: 'ADD', onCpu: false, cycles: 1 }],
        peak: undefined,
        layers: [],
      },
    ]);
    expect(accepts('baseline', JSON.parse(baseline))).toBe(true);
  });
});

test.for([
  ['space', { sites: 'some' }],
  ['space', { widths: { multiple_of: 8 } }],
  ['space', { site_options: { a: ['standard'] } }],
  ['budget', { most: { cylces: 3 } }],
  ['budget', { most: { sram: '3 KB' } }],
  ['budget', { baseline: { file: 'a', most_over: { cycles: 2 } } }],
  ['parts', { parts: { a: { clock: 'fast' } } }],
  ['run', { schema: 'paretou/sweep@2' }],
  ['pick', { schema: 'paretou/pick@1', design: null }],
  ['report', { schema: 'paretou/report@1', models: [] }],
] as const)('the schema of %s refuses %j', ([name, value]) => {
  expect(accepts(name, value)).toBe(false);
});
