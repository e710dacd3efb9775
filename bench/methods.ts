import { parse } from 'csv-parse/sync';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './process.js';

/** Eight widths per width group; substitutions as by default. */
const SPACE = 'options: [standard, separable]\nwidths: [1, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.125]\n';
const ACCELERATORS = 'u55,u65';
/** All methods leave out what the exact search does not look for. */
const LEAST_RETAINED = '0.001';

/** Designs that evolution and samples may evaluate: more than they do in their time. */
const MOST_DESIGNS = 1_000_000;

/** Objectives of a design: cycles, SRAM bytes (fewer are better) and retained weights (more is better). */
export type FrontPoint = readonly [cycles: number, sramBytes: number, retained: number];

/** What a method made of a space. */
export interface MethodRun {
  readonly method: string;
  /** Exact, as text where it is too large for a number. */
  readonly designs: number | string;
  readonly evaluated: number;
  readonly front: readonly FrontPoint[];
  readonly hypervolume: number;
  /** Of searching and ranking, without reading the model and writing files. */
  readonly seconds: number;
  readonly peakBytes: number;
  /** What the method says of itself. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The parts of `run.json` that are read here. */
interface RunFile {
  readonly designs_in_space: number | string;
  readonly designs_evaluated: number;
  readonly hypervolume: number | null;
  readonly models: readonly { readonly evaluated: Readonly<Record<string, unknown>> }[];
  readonly timings: { readonly evaluating_and_ranking_seconds: number };
}

const readFront = (path: string): FrontPoint[] =>
  parse<Record<string, string>>(readFileSync(path), { columns: true }).map((row) => [
    Number(row['cycles_total']),
    Number(row['sram_total_bytes']),
    Number(row['retained_energy']),
  ]);

/** Share of the points of one front that some point of another equals or beats. */
export const reachedShare = (front: readonly FrontPoint[], by: readonly FrontPoint[]): number =>
  front.filter(([cycles, bytes, retained]) =>
    by.some(([c, b, e]) => c <= cycles && b <= bytes && e >= retained),
  ).length / front.length;

const runMethod = (
  method: string,
  path: string,
  scratch: string,
  extra: readonly string[],
  seconds?: number,
): MethodRun => {
  const space = join(scratch, 'space.yaml');
  writeFileSync(space, SPACE);
  const output = join(scratch, method);
  const { peakBytes } = runProgram(
    [
      ...['sweep', path, '--accelerator-config', ACCELERATORS, '--space', space],
      ...['--method', method, '--min-retained', LEAST_RETAINED, '--output-dir', output, '--quiet', ...extra],
      ...(seconds === undefined ? [] : ['--seconds', seconds.toFixed(1), '--limit', String(MOST_DESIGNS)]),
    ],
    seconds,
  );
  const run = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as RunFile;
  return {
    method,
    designs: run.designs_in_space,
    evaluated: run.designs_evaluated,
    front: readFront(join(output, 'front.csv')),
    hypervolume: run.hypervolume ?? NaN,
    seconds: run.timings.evaluating_and_ranking_seconds,
    peakBytes: peakBytes ?? NaN,
    facts: run.models[0]!.evaluated,
  };
};

/** How methods are compared. */
export interface MethodOptions {
  readonly jobs: number;
  /** Time for evolution and for the sample; without it, what the exact search took. */
  readonly seconds?: number;
  /** The same as a multiple of what the exact search took. */
  readonly times?: number;
  readonly onStart: (method: string) => void;
}

/**
 * Searches one space of a model (all sites, eight widths per width group, Ethos-U55 and U65) by every method that large
 * spaces have, each in a process of its own: exactly, then by evolution and by a sample with as much time, or more.
 */
export function compareMethods(path: string, scratch: string, options: MethodOptions): MethodRun[] {
  const { jobs, seconds, times = 1, onStart } = options;
  const common = ['--jobs', String(jobs)];
  onStart('exact');
  const exact = runMethod('exact', path, scratch, common);
  const budget = seconds ?? times * exact.seconds;
  const others = ['evolve', 'sample'].map((method) => {
    onStart(method);
    return runMethod(method, path, scratch, common, budget);
  });
  return [exact, ...others];
}
