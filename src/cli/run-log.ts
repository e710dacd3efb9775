import { join } from 'node:path';
import { existsSync, rmdirSync } from 'node:fs';
import { contentHash } from '../../search/evaluate/log/content-hash.js';
import { readContents, type Contents } from '../../search/evaluate/log/lines.js';
import { openLogFile, type FileWork, type LogFile } from '../../search/evaluate/log/log-file.js';
import { takeLock } from '../../search/evaluate/log/lock.js';
import type { RunLog } from '../../search/evaluate/log/run-log.js';
import { inputError } from '../errors.js';
import { cannotWrite, makeFolder, readFault, whyNotWritten } from '../files.js';
import type { SearchOptions } from './search-options.js';
import type { PreparedSearch } from './search.js';
import { speaker } from './streams.js';
import { version } from './version.js';

/** Version of the shape of a log, which is in its first line. */
const LOG_SCHEMA = 'paretou/log@1';

/** The first line of a log: what it belongs to. */
interface Header {
  readonly schema: typeof LOG_SCHEMA;
  readonly version: string;
  readonly models: readonly { readonly name: string; readonly sha256: string }[];
  /** Of what may vary. */
  readonly space: string;
  /** Of all options that can change a result. */
  readonly command: string;
}

/** Options that change no result. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  ...['jobs', 'workers', 'queue', 'resume', 'fresh', 'dryRun'],
  ...['quiet', 'json', 'debug', 'output', 'outputDir', 'log', 'html'],
]);

const headerOf = ({ planned, sources }: PreparedSearch, options: SearchOptions): Header => ({
  schema: LOG_SCHEMA,
  version: version(),
  models: planned.map(({ name }, i) => ({ name, sha256: sources[i]!.sha256 })),
  space: contentHash(
    ...planned.map(({ space: { sites, groups, systems, optimise } }) => [sites, groups, systems, optimise]),
  ),
  command: contentHash(
    Object.fromEntries(Object.entries(options).filter(([name]) => !WITHOUT_EFFECT.has(name))),
  ),
});

const parsed = (line: string): Partial<Header> | undefined => {
  try {
    const header = JSON.parse(line) as Partial<Header> | null;
    return typeof header === 'object' && header?.schema === LOG_SCHEMA ? header : undefined;
  } catch {
    return undefined;
  }
};

/** What a log belongs to that this search does not; undefined if they belong together. */
const whyForeign = (found: Partial<Header>, own: Header): string | undefined => {
  if (found.version !== own.version)
    return `version ${String(found.version)} of the program, and this is version ${own.version}`;
  if (contentHash(found.models) !== contentHash(own.models)) return 'another model';
  return found.space === own.space ? undefined : 'another space';
};

/** The log that is there, as far as there is one. */
const contentsAt = (path: string): Contents | undefined => {
  try {
    return readContents(path);
  } catch (error) {
    const fault = readFault(error);
    if (fault === 'ENOENT') return undefined;
    throw inputError(`${path}: the log of the search cannot be read (${fault ?? String(error)})`, error);
  }
};

/**
 * What to go on from, if anything.
 * @throws an input error where the log that is there cannot be used, and what is there may not be replaced
 */
const usable = (
  path: string,
  own: Header,
  options: SearchOptions,
  say: (text: string) => void,
): Contents | undefined => {
  if (options.fresh === true) return undefined;
  const contents = contentsAt(path);
  if (contents?.header === undefined) {
    if (options.resume === true) say(`note: ${path} is not there; starting from the beginning`);
    return undefined;
  }
  const header = parsed(contents.header);
  if (header === undefined) throw inputError(`${path} is no log of a search; --fresh replaces it`);
  const foreign = whyForeign(header, own);
  if (options.resume === true && foreign !== undefined)
    throw inputError(`${path} is the log of ${foreign}; --fresh starts over`);
  if (options.resume !== true) {
    if (options.seconds !== undefined || foreign !== undefined || header.command !== own.command) {
      const why = foreign ?? (header.command === own.command ? undefined : 'another command');
      if (why !== undefined) say(`note: ${path} was the log of ${why}; starting over`);
      return undefined;
    }
  }
  if (contents.damaged !== undefined)
    say(`note: ${path}: line ${contents.damaged} is damaged; what it and those after it say is found again`);
  if (contents.values > 0) say(`going on from ${path}; --fresh starts over`);
  return contents;
};

/** Where a search writes, and the name of its log. */
export interface LogPlace {
  readonly directory: string;
  /** The command. */
  readonly name: string;
}

/**
 * Does the work of a search with a log in its output folder, which no other process may use meanwhile. The log goes when
 * the work came to its end, and stays where it did not.
 *
 * @param work returns whether it came to its end
 * @throws an input error where the folder is in use, or the log of another search
 */
export const withRunLog = async (
  { directory, name }: LogPlace,
  prepared: PreparedSearch,
  options: SearchOptions,
  work: (log: RunLog) => Promise<boolean>,
  fileWork?: FileWork,
): Promise<void> => {
  const say = speaker(options);
  const path = join(directory, `${name}.partial`);
  const lockPath = join(directory, 'paretou.lock');
  const wasThere = existsSync(directory);
  let lock: ReturnType<typeof takeLock>;
  try {
    makeFolder(directory);
    lock = takeLock(lockPath);
  } catch (error) {
    throw cannotWrite(lockPath, error);
  }
  if (!('release' in lock)) {
    const who = lock.holder === undefined ? '' : ` (process ${lock.holder.pid} on ${lock.holder.host})`;
    throw inputError(
      `${directory} is in use by another search${who}; choose another folder`,
      undefined,
      'directory',
    );
  }
  const { release } = lock;
  let log: LogFile | undefined;
  let added = 0;
  let finished = false;
  try {
    const header = headerOf(prepared, options);
    const from = usable(path, header, options, say);
    added = from?.values ?? 0;
    const onFault = (error: unknown): void =>
      say(
        `warning: ${path} cannot be written, ${whyNotWritten(error)}; the search goes on, and what it finds from now on is not kept for --resume`,
      );
    try {
      log = openLogFile(path, JSON.stringify(header), from, { onFault, ...(fileWork && { work: fileWork }) });
    } catch (error) {
      throw cannotWrite(path, error);
    }
    const { all, add } = log;
    finished = await work({
      all,
      add: (key, value) => {
        added++;
        add(key, value);
      },
    });
  } finally {
    const keep = !finished && added > 0;
    await log?.close(keep);
    if (keep) say(`kept ${path}; --resume goes on from it`);
    release();
    if (!wasThere) removeIfEmpty(directory);
  }
};

const removeIfEmpty = (directory: string): void => {
  try {
    rmdirSync(directory);
  } catch {
    // It is not empty.
  }
};
