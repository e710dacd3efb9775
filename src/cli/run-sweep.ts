import { join } from 'node:path';
import { writeSweep } from '../../search/output.js';
import { runRecord, SWEEP_SCHEMA } from '../../search/run-record.js';
import { announce, dryRun, prepareSearch, withWorkers } from './search.js';
import { reportSweep } from './sweep-report.js';
import type { SweepOptions } from './sweep.js';
import { version } from './version.js';

/**
 * Runs a sweep from the command line: prints, writes the files and sets the exit code.
 * @throws usage and input errors, before any file is written
 */
export async function runSweep(paths: readonly string[], options: SweepOptions): Promise<void> {
  const started = performance.now();
  const prepared = await prepareSearch(paths, options);
  const { planned, constraints, objectives, named, method, sources, placements } = prepared;
  if (options.dryRun) {
    dryRun(planned, SWEEP_SCHEMA, options);
    return;
  }
  announce(prepared, options);
  const evaluating = performance.now();
  const { result, jobs } = await withWorkers(options, async (search, workers) => ({
    result: await search(prepared),
    jobs: workers.jobs,
  }));
  const seconds = {
    reading_seconds: (evaluating - started) / 1000,
    evaluating_and_ranking_seconds: (performance.now() - evaluating) / 1000,
  };
  const record = runRecord(result, {
    version: version(),
    sources,
    models: planned,
    objectives,
    objectivesChosen: named ? 'by the user' : 'by default',
    constraints,
    seed: options.seed,
    method,
    limit: options.limit,
    timeBudget: options.seconds,
    jobs,
    seconds,
  });
  const directory = options.outputDir ?? join('results', planned.map(({ name }) => name).join('+'));
  const written = writeSweep(directory, result.ranking, record);
  reportSweep(result, { options, constraints, record, written: Object.values(written), placements });
}
