import { join } from 'node:path';
import { writeSweep } from '../../search/report/ranking-csv.js';
import { runRecord, SWEEP_SCHEMA } from '../../search/report/sweep-json.js';
import { withRun } from './interrupt.js';
import { announce, dryRun, prepareSearch, searchOnce, workersFor } from './search.js';
import { note } from './streams.js';
import { requireWritable } from './writable.js';
import { reportSweep } from './sweep-report.js';
import type { SweepOptions } from './sweep.js';
import { version } from './version.js';

/**
 * Runs a sweep from the command line: prints, writes the files and sets the exit code.
 * @throws usage and input errors, before any file is written
 */
export const runSweep = (paths: readonly string[], options: SweepOptions): Promise<void> =>
  withRun({ seconds: options.seconds, say: options.quiet ? () => undefined : note }, async (run) => {
    const prepared = await prepareSearch(paths, options);
    const { planned, constraints, objectives, named, method, sources, placements } = prepared;
    if (options.dryRun) {
      dryRun(planned, SWEEP_SCHEMA, options);
      return;
    }
    const directory = options.outputDir ?? join('results', planned.map(({ name }) => name).join('+'));
    requireWritable(directory);
    announce(prepared, options);
    const evaluating = performance.now();
    const workers = workersFor(options, run, planned);
    const result = await searchOnce(prepared, options, run, workers);
    const seconds = {
      reading_seconds: (evaluating - run.started) / 1000,
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
      jobs: workers.jobs,
      seconds,
    });
    const written = writeSweep(directory, result.rankings, record);
    reportSweep(result, { options, constraints, record, written: Object.values(written), placements });
  });
