import type { Figure } from './measure.js';
import type { ModelSource } from './models.js';

/** What benchmarks work with. */
export interface Context {
  readonly models: ModelSource;
  /** Folder for files, removed at the end. */
  readonly scratch: string;
}

/** Lines of the table that are measured together. */
export interface Benchmark {
  readonly name: string;
  readonly run: (context: Context) => readonly Figure[];
}
