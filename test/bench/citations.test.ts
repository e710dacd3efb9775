import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkCitations, headingsOf } from '../../bench/citations.js';

const MODEL = 'docs/model';
const chapter = (text: string, name = 'a.md') => ({ path: `${MODEL}/${name}`, text });
const code = (...lines: string[]) => ({ path: 'src/x.ts', text: lines.join('\n') });
/** A citation of a document outside, not spelt out as this file is checked too. */
const outside = (rest: string, gap = ' '): string => ['reference', rest].join(gap);
const messages = (...args: Parameters<typeof checkCitations>) =>
  checkCitations(...args).faults.map(({ path, line, message }) => `${path}:${line}: ${message}`);

describe('headings', () => {
  test.each([
    ['## Live ranges', '#live-ranges'],
    ['# Cycles on Ethos-U55 and Ethos-U65', '#cycles-on-ethos-u55-and-ethos-u65'],
    ['### `opClass`, and *more* ', '#opclass-and-more'],
  ])('%s', (heading, fragment) => {
    expect([...headingsOf(`text\n\n${heading}\n\n#no heading\n`)]).toEqual([fragment]);
  });
});

describe('citations', () => {
  const a = chapter('# A\n\n## Live ranges\n');

  test('of chapters and headings that exist are counted', () => {
    const source = code(`/** Ranges (${MODEL}/a.md#live-ranges). */`, `// ${MODEL}/a.md; see ${MODEL}/ too`);
    expect(checkCitations([source], [a])).toEqual({ count: 2, faults: [] });
  });

  test('of a heading or a chapter that does not exist are faults', () => {
    const source = code(
      'const x = 1;',
      `/** By ${MODEL}/a.md#ranges. */`,
      `// ${MODEL}/b.md#live-ranges`,
      `// ${MODEL}/a.md#`,
    );
    expect(messages([source], [a])).toEqual([
      `src/x.ts:2: ${MODEL}/a.md has no heading #ranges`,
      `src/x.ts:3: there is no ${MODEL}/b.md`,
      `src/x.ts:4: ${MODEL}/a.md has no heading #`,
    ]);
  });

  test.each([
    [outside('01 section 6'), outside('01')],
    [outside('document 05, section 4').replace('r', 'R'), outside('document 05').replace('r', 'R')],
    [outside('documents 02 and 03', '\n * '), outside('documents 02')],
    [outside('04', '\n// '), outside('04')],
    ['see \u00a76.4', '\u00a76'],
    ['0'.concat('7 R10'), '0'.concat('7 R1')],
  ])('of documents outside are faults: %j', (cited, shown) => {
    expect(messages([code(`/** Ranges (${cited}). */`)], [a])).toEqual([
      `src/x.ts:1: "${shown}" is not in the repository`,
    ]);
  });

  test('other uses of the word are none', () => {
    expect(messages([code('// the reference, 05 of them; pdocs/model/lowering.md')], [a])).toEqual([]);
  });

  test('between chapters are checked, links that leave them are not', () => {
    const b = chapter(
      '[x](a.md#live-ranges) [y](a.md) [z](#b)\n# B\n[u](a.md#u) [v](c.md) [w](../w.md#w)',
      'b.md',
    );
    expect(messages([], [a, b])).toEqual([
      `${MODEL}/b.md:3: ${MODEL}/a.md has no heading #u`,
      `${MODEL}/b.md:3: there is no ${MODEL}/c.md`,
    ]);
  });
});

describe('the program', () => {
  const program = resolve('dist/bench/lint-citations.js');

  function run(files: Readonly<Record<string, string>>) {
    const cwd = mkdtempSync(join(tmpdir(), 'paretou-citations-'));
    try {
      const all = { 'search/s.ts': '', 'bench/b.ts': '', 'test/t.ts': '', ...files };
      for (const [path, text] of Object.entries(all)) {
        mkdirSync(join(cwd, dirname(path)), { recursive: true });
        writeFileSync(join(cwd, path), text);
      }
      const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd, encoding: 'utf8' });
      return { status, stdout, stderr };
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  }

  test('says how many citations it found', () => {
    const files = { [`${MODEL}/a.md`]: '# A\n', 'src/in/x.ts': `// ${MODEL}/a.md#a` };
    expect(run(files)).toEqual({
      status: 0,
      stdout: `1 citation of ${MODEL}, all of them found\n`,
      stderr: '',
    });
  });

  test('fails, with a line for each fault', () => {
    const files = { [`${MODEL}/a.md`]: '# A\n', 'src/in/x.ts': `\n// ${MODEL}/a.md#b` };
    const { status, stdout, stderr } = run(files);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(`src/in/x.ts:2: ${MODEL}/a.md has no heading #b\n1 citation of what is not there\n`);
  });
});

test('links between the chapters lead somewhere', () => {
  const chapters = readdirSync(MODEL).map((name) => chapter(readFileSync(join(MODEL, name), 'utf8'), name));
  expect(messages([], chapters)).toEqual([]);
});
