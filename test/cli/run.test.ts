import { expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { capturePrinted } from './printed.js';

const printed = capturePrinted();

test('help and version are results', async () => {
  expect(await run(['--help'])).toBe(0);
  expect(printed.out).toMatch(/^Usage: paretou .*\n[\s\S]*\n {2}estimate /);
  expect(await run(['estimate', '--help'])).toBe(0);
  expect(printed.out).toMatch(/--memory-mode <list>/);
  expect(printed.out).not.toMatch(/--optimize/);
  expect(printed.err).toBe('');
  printed.out = '';
  expect(await run(['--version'])).toBe(0);
  expect(printed.out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  [[], /^Usage: [\s\S]*\nerror: a command is needed; see paretou --help\n$/],
  [['estimat', 'x'], /^error: unknown command 'estimat'; did you mean estimate\?\n$/],
  [['estimate'], /^error: missing required argument 'model'; see paretou estimate --help\n$/],
  [['estimate', 'a', 'b'], /^error: too many arguments .*; see paretou estimate --help\n$/],
  [
    ['estimate', 'a', '--output-dr', 'b'],
    /^error: unknown option '--output-dr'; did you mean --output-dir\?\n$/,
  ],
  [['estimate', 'a', '--optimise', 'performance'], /^error: --optimise .* did you mean Performance\?\n$/],
  [['estimate', 'a', '--optimize', 'Fast'], /^error: --optimise is "Fast", expected Performance or Size\n$/],
  [
    ['estimate', 'a', '--arena-cache-size', '4k'],
    /^error: --arena-cache-size is "4k", expected a whole number/,
  ],
])('%j is a usage error', async (argv, message) => {
  expect(await run(argv)).toBe(2);
  expect(printed.err).toMatch(message);
  expect(printed.out).toBe('');
});

test('with --json an error is an object on stdout as well', async () => {
  expect(await run(['estimate', '--json', '--bad'])).toBe(2);
  expect(JSON.parse(printed.out)).toEqual({
    schema: 'paretou/error@1',
    error: {
      kind: 'usage',
      message: expect.stringMatching(/unknown option '--bad'/) as string,
      exit_code: 2,
    },
  });
});

test('a stack trace is shown only with --debug', async () => {
  await run(['estimate', 'a', '--optimise', 'x']);
  expect(printed.err).not.toMatch(/\n {4}at /);
  await run(['estimate', 'a', '--debug', '--optimise', 'x']);
  expect(printed.err).toMatch(/\n {4}at /);
});
