import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { SHELLS, type CommandShape } from '../../src/cli/completion-scripts.js';
import { run } from '../../src/cli/run.js';
import { capturePrinted } from './printed.js';

const printed = capturePrinted();

const script = async (shell: string): Promise<string> => {
  printed.out = '';
  expect(await run(['completion', shell])).toBe(0);
  return printed.out;
};

const hasBash = spawnSync('bash', ['--version']).status === 0;

test.skipIf(!hasBash)('bash completes commands, options and their values', async () => {
  const text = await script('bash');
  const complete = (...words: string[]): string[] => {
    const line = `${text}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}\n_paretou\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', line], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((word) => word !== '');
  };
  expect(complete('paretou', '')).toEqual([
    ...COMMANDS.map(({ name }) => name),
    'help',
    '--help',
    '--version',
  ]);
  expect(complete('paretou', 'c')).toEqual(['compare', 'cliffs', 'check', 'calibrate', 'completion']);
  expect(complete('paretou', 'check', 'model.tflite', '--bud')).toEqual(['--budget']);
  expect(complete('paretou', 'check', '--accelerator-config', 'ethos-u65')).toEqual([
    'ethos-u65-256',
    'ethos-u65-512',
  ]);
  expect(complete('paretou', 'sweep', 'model.tflite', '--method', 'ex')).toEqual(['exhaustive', 'exact']);
  expect(complete('paretou', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(complete('paretou', 'estimate', 'mod')).toEqual([]);
});

test.for(['bash', 'zsh', 'fish'])('the script of %s names every command', async (shell) => {
  const text = await script(shell);
  for (const { name } of COMMANDS) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
});

test('descriptions cannot end the quotes that they stand in', () => {
  const option = { long: '--x', description: "it's [a]: b", valued: true, choices: [] };
  const shape: CommandShape = { name: 'go', description: "don't", options: [option], choices: [] };
  expect(SHELLS.zsh([shape])).toContain(String.raw`'*--x[it'\''s \[a\]\: b]:value:_files'`);
  expect(SHELLS.fish([shape])).toContain(String.raw`-l x -r -d 'it'\''s [a]: b'`);
});
