import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = existsSync(join(root, 'dist/cli/main.js'));
if (!built) process.stderr.write('tests of the documents are skipped: run npm run build first\n');

const { folder } = temporaryFolder('documents');
for (const name of ['dist', 'configs', 'test']) symlinkSync(join(root, name), join(folder, name), 'junction');

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Commands of the documents whose output is known, as they run here. */
const commandOf = (shown: string): string | undefined => {
  if (shown === 'npm ci && npm start') return scripts['start'];
  const script = /^npm run --silent (\w+)$/.exec(shown)?.[1];
  if (script !== undefined) return scripts[script];
  return shown.startsWith('paretou ') ? shown.replace('paretou', 'node dist/cli/main.js') : undefined;
};

const outputs = new Map<string, string[]>();

/** Lines that a command prints on a terminal. */
const linesOf = (command: string): string[] => {
  const known = outputs.get(command);
  if (known !== undefined) return known;
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '' };
  const { stdout } = spawnSync('sh', ['-c', `${command} 2>&1`], { cwd: folder, env, encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  outputs.set(command, lines);
  return lines;
};

const ELISION = '...';

/** What a document shows of an output: all of it, or as many lines before and after `...` as it has now. */
const excerpt = (lines: readonly string[], shown: readonly string[]): readonly string[] => {
  const at = shown.indexOf(ELISION);
  if (at < 0) return lines;
  return [...lines.slice(0, at), ELISION, ...lines.slice(lines.length - (shown.length - at - 1))];
};

/** The document with the outputs that its commands have now. */
const refreshed = (text: string): string =>
  text.replace(/^```console\n\$ (.+)\n([^]*?)```$/gm, (block, shown: string, body: string) => {
    const command = commandOf(shown);
    if (command === undefined) return block;
    const lines = excerpt(linesOf(command), body.trimEnd().split('\n'));
    return ['```console', `$ ${shown}`, ...lines, '```'].join('\n');
  });

/** `npx vitest run test/e2e/documents.test.ts -u` writes the outputs of today into the documents. */
describe.skipIf(!built)('outputs in the documents are those of the commands', () => {
  test.for([
    'README.md',
    'docs/cliffs.md',
    'docs/examples.md',
    'docs/story.md',
    'docs/fidelity.md',
    'docs/usage.md',
  ])('%s', async (document) => {
    const path = join(root, document);
    await expect(refreshed(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path);
  });
});
