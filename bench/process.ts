import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Sample } from './measure.js';

const LAUNCHER = fileURLToPath(new URL('./measured.js', import.meta.url));
/** The built command line. */
export const PROGRAM = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const TOGETHER = fileURLToPath(new URL('./together.js', import.meta.url));
const MOST_SECONDS = 300;

/**
 * Runs the command line in a process of its own, from its start to its end.
 * @throws if it fails or takes too long: five minutes besides what it was told to take
 */
export const runProgram = (args: readonly string[], toldSeconds = 0): Sample =>
  runScript(PROGRAM, args, toldSeconds);

/**
 * Runs the command line several times at once, in processes of their own; `{}` in an argument stands for the number of the run.
 * @throws if one fails or takes more than five minutes
 */
export const runTogether = (count: number, args: readonly string[]): Sample =>
  runScript(TOGETHER, [String(count), PROGRAM, ...args]);

function runScript(script: string, args: readonly string[], toldSeconds = 0): Sample {
  const start = performance.now();
  const child = spawnSync(process.execPath, [LAUNCHER, script, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: Math.ceil(1000 * (MOST_SECONDS + toldSeconds)),
  });
  const wallMs = performance.now() - start;
  if (child.error !== undefined) throw child.error;
  if (child.status !== 0) {
    throw new Error(`paretou ${args.join(' ')} ended with exit code ${child.status}: ${child.stderr.trim()}`);
  }
  return { wallMs, ...(JSON.parse(child.output[3] ?? '{}') as { cpuMs: number; peakBytes: number }) };
}
