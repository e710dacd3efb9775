import { expect, test } from 'vitest';
import { circlesOf, importsOf } from '../../bench/circles.js';
import { filesIn } from '../../bench/sources.js';

const circlesIn = (...lines: readonly string[]): string[] =>
  circlesOf(
    lines.map((line) => {
      const [from, to] = line.split(' > ') as [string, string];
      return { from, to };
    }),
  ).map(({ folder, entries }) => `${folder}: ${entries.join(' ')}`);

test('finds two files that import each other', () => {
  expect(circlesIn('src/a/x.ts > src/a/y.ts', 'src/a/y.ts > src/a/x.ts')).toEqual(['src/a: x.ts y.ts']);
});

test('finds folders that import each other through different files', () => {
  expect(circlesIn('src/a/x.ts > src/b/y.ts', 'src/b/z.ts > src/c.ts', 'src/c.ts > src/a/w.ts')).toEqual([
    'src: a b c.ts',
  ]);
});

test('lets a file of a folder use its subfolder, and that another file beside', () => {
  expect(circlesIn('src/a/all.ts > src/a/part/x.ts', 'src/a/part/x.ts > src/a/base.ts')).toEqual([]);
  expect(circlesIn('src/a/all.ts > src/a/part/x.ts', 'src/a/part/x.ts > src/a/all.ts')).toEqual([
    'src/a: all.ts part',
  ]);
});

test('lets the command line use the search, which uses the rest of src', () => {
  expect(circlesIn('src/cli/x.ts > search/y.ts', 'search/y.ts > src/z.ts')).toEqual([]);
  expect(circlesIn('src/z.ts > search/y.ts', 'search/y.ts > src/z.ts')).toEqual([': search src']);
});

test('reads imports of values and types, on several lines and on demand, and no packages', () => {
  const text = `import type { A } from './a.js';\nimport {\n  b,\n} from '../b.js';\nexport * from './c.js';
const d = await import('./d.js');\nimport './e.js';\nimport { join } from 'node:path';`;
  expect(importsOf([{ path: 'src/m/x.ts', text }]).map(({ to }) => to)).toEqual([
    'src/m/a.ts',
    'src/b.ts',
    'src/m/c.ts',
    'src/m/d.ts',
    'src/m/e.ts',
  ]);
});

test('there is no circle in src', () => {
  const imports = importsOf(filesIn('src', /\.ts$/));
  expect(imports.length).toBeGreaterThan(500);
  expect(circlesOf(imports)).toEqual([]);
});
