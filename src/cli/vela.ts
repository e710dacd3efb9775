import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inputError, ParetouError } from '../errors.js';
import { writeWhole } from '../files.js';
import { configurationFiles } from '../npu/configuration.js';
import type { System } from '../npu/system.js';
import { readVelaReports, type Unreadable, type VelaReports } from '../report/vela-reports.js';
import { cleanText } from '../safe-text.js';
import type { Optimise } from './options.js';
import { readText } from './texts.js';

/** How the user's compiler is to be run. */
export interface VelaRunner {
  readonly path: string;
  /** Most seconds of one run. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** What came of one run of a program. */
interface Ended {
  /** Undefined where it was ended by a signal. */
  readonly code: number | undefined;
  readonly output: string;
  readonly timedOut: boolean;
}

/** Characters of the output that are kept: the last ones say what went wrong. */
const KEPT_OUTPUT = 65_536;

/** After its end, the rest of its output has to come within this time. */
const CLOSING_MILLISECONDS = 500;

/** Runs the compiler and waits for its end. @throws the system's error where it cannot be run at all */
const run = ({ path, seconds, signal }: VelaRunner, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let timedOut = false;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const kill = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, 1000 * seconds);
    signal.addEventListener('abort', kill, { once: true });
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      child.stdout.destroy();
      child.stderr.destroy();
    };
    child.on('error', (error) => {
      finish();
      reject(error);
    });
    const end = (code: number | null): void => {
      finish();
      resolve({ code: code ?? undefined, output, timedOut });
    };
    child.on('close', end);
    // What it started may hold its output open for ever.
    child.on('exit', (code) => setTimeout(() => end(code), CLOSING_MILLISECONDS).unref());
  });

/** What says that there is no such program. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'ENOEXEC', 'ENOTDIR']);

/**
 * The version of the user's compiler, as it calls itself.
 * @throws an input error that says how to install it where there is none
 */
export async function velaVersion(runner: VelaRunner): Promise<string | undefined> {
  try {
    const { output, timedOut } = await run(runner, ['--version']);
    if (timedOut) throw inputError(`${runner.path}: it said no version within ${runner.seconds} s`);
    return /\d+\.\d+[\w.+-]*/.exec(output)?.[0];
  } catch (error) {
    if (error instanceof ParetouError) throw error;
    if (!ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw inputError(
      `Vela was not found as "${runner.path}"; install it with: pip install ethos-u-vela, or name it with --vela`,
      error,
    );
  }
}

/**
 * Writes the configuration files for the compiler, which takes no second file with a section of the first.
 * @throws input errors of the files
 */
export const writeConfigs = (config: readonly string[], folder: string): string[] => {
  const files = configurationFiles(config);
  const texts =
    config.length === 0 ? [files.map(({ text }) => text).join('\n')] : files.map(({ text }) => text);
  return texts.map((text, i) => {
    const path = join(folder, i === 0 ? 'vela.ini' : `vela-${i + 1}.ini`);
    writeWhole(path, text);
    return path;
  });
};

/** One network on one system for the compiler. */
export interface VelaJob {
  readonly model: string;
  readonly system: System;
  readonly configs: readonly string[];
  readonly optimise: Optimise;
  readonly arenaCacheSize: number | undefined;
  /** Folder for what it writes. */
  readonly folder: string;
}

const argumentsOf = ({ model, system, configs, optimise, arenaCacheSize, folder }: VelaJob): string[] => [
  model,
  ...['--accelerator-config', system.accelerator],
  ...['--system-config', system.systemConfig],
  ...['--memory-mode', system.memoryMode],
  ...configs.flatMap((file) => ['--config', file]),
  ...['--optimise', optimise],
  ...(arenaCacheSize === undefined ? [] : ['--arena-cache-size', String(arenaCacheSize)]),
  ...['--output-dir', folder],
  '--verbose-performance',
];

/** Why a run came to nothing, as a clause. */
export interface VelaFailure {
  readonly failed: string;
}

/** The last line that says something. */
const lastLine = (output: string): string =>
  cleanText(
    output
      .split(/[\r\n]+/)
      .filter((line) => line.trim() !== '')
      .at(-1) ?? '',
  ).slice(0, 200);

/** Compiles a network and reads what the compiler reports of it. */
export async function runVela(runner: VelaRunner, job: VelaJob): Promise<VelaReports | VelaFailure> {
  mkdirSync(job.folder, { recursive: true });
  const { code, output, timedOut } = await run(runner, argumentsOf(job));
  if (runner.signal.aborted) return { failed: 'Vela was interrupted' };
  if (timedOut) return { failed: `Vela did not end within ${runner.seconds} s` };
  if (code !== 0) {
    const last = lastLine(output);
    const how = code === undefined ? 'was ended by a signal' : `ended with exit code ${code}`;
    return { failed: `Vela ${how}${last === '' ? '' : `: ${last}`}` };
  }
  const files = readdirSync(job.folder);
  const textOf = (pattern: RegExp): string | undefined => {
    const file = files.find((name) => pattern.test(name));
    return file === undefined ? undefined : readText(join(job.folder, file));
  };
  const summary = textOf(/_summary_.*\.csv$/);
  const layers = textOf(/_per-layer\.csv$/);
  if (summary === undefined || layers === undefined)
    return { failed: `Vela wrote no ${summary === undefined ? 'summary' : 'table of layers'}` };
  const reports: VelaReports | Unreadable = readVelaReports(summary, layers);
  return 'unreadable' in reports
    ? { failed: `Vela wrote what cannot be read: ${reports.unreadable}` }
    : reports;
}
