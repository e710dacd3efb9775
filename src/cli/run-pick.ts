import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { designFileName, emitDesign } from '../../search/emit/index.js';
import type { Objective } from '../../search/objectives.js';
import { accountOf, type PickAccount } from '../../search/pick/account.js';
import type { Wish } from '../../search/pick/choose.js';
import { pick, type Picked, type PickRequest } from '../../search/pick/pick.js';
import { objectivesFor, parsePreference } from '../../search/pick/preference.js';
import { PICK_SCHEMA, pickRecord } from '../../search/pick/record.js';
import { nothingText, pickText } from '../../search/pick/text.js';
import { createApplier } from '../../search/substitute/apply.js';
import { planSweep } from '../../search/sweep.js';
import { EXIT_CODES, inputError, ParetouError, usageError } from '../errors.js';
import { createEstimator } from '../estimate.js';
import { writeWhole } from '../report/files.js';
import type { PickOptions } from './pick.js';
import { announce, dryRun, prepareSearch, standInNote, withWorkers, type PreparedSearch } from './search.js';
import { note, print, printJson } from './streams.js';
import { failureLines } from './sweep-report.js';
import { version } from './version.js';

/** Least seconds for a second search. */
const LEAST_SECONDS = 1;

const isSameFile = (a: string, b: string): boolean => {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
};

const searched = (prepared: PreparedSearch, wish: Wish, options: PickOptions): Promise<Picked> => {
  const [model] = prepared.planned as [PreparedSearch['planned'][number]];
  const end = options.seconds === undefined ? undefined : performance.now() + 1000 * options.seconds;
  const replan: PickRequest['replan'] = (objectives) =>
    planSweep([model], objectives, options.limit, prepared.method)[0]!;
  return withWorkers(options, (search, workers) =>
    pick({
      model,
      wish,
      replan,
      workers,
      search: (planned, objectives, constraints) => {
        const left =
          end === undefined ? undefined : Math.max(LEAST_SECONDS, (end - performance.now()) / 1000);
        return search({ planned: [planned], objectives, constraints }, left);
      },
      ...(!options.quiet && { onStage: note }),
    }),
  );
};

/** Without figures of the unchanged network nothing can be said to be cheaper: says why there are none. */
const requireBaseline = ({ study }: Picked, path: string): void => {
  if (study.baselines.some((baseline) => baseline !== undefined)) return;
  const { network, systems, optimise } = study.space;
  createEstimator().estimate(network, systems[0]!.system, { optimise, file: path });
  throw inputError(
    `${path}: the unchanged network could not be evaluated, so no design can be compared with it`,
  );
};

const exitKind = ({ interrupted, sweeps, refined }: Picked): keyof typeof EXIT_CODES | undefined => {
  if (interrupted) return 'interrupted';
  if (sweeps.some(({ studies }) => studies.some(({ results }) => results.failures.size > 0)))
    return 'partial';
  return refined === undefined ? 'unmet' : undefined;
};

/** Where the design's file goes; checked before anything long is done where it can be. */
const filesOf = (name: string, { output, outputDir }: PickOptions) => {
  const directory = outputDir ?? join('results', name);
  return {
    record: join(directory, 'pick.json'),
    design: (id: string): string => output ?? join(directory, designFileName(name, id)),
  };
};

/** The design's file, or why there is none: weights that are not known cannot be written. */
const emitted = (
  { files: [file], planned: [model] }: PreparedSearch,
  { candidate }: PickAccount,
  applier: ReturnType<typeof createApplier>,
): Uint8Array | string => {
  try {
    return emitDesign(file!, model!.space, candidate.digits, applier);
  } catch (error) {
    if (error instanceof ParetouError) return error.message;
    throw error;
  }
};

/**
 * Picks a design of a model, prints why, writes its file and `pick.json`, and sets the exit code.
 * @throws usage and input errors, before anything is written
 */
export async function runPick(path: string, options: PickOptions): Promise<void> {
  const preference = parsePreference(options.prefer);
  if (options.output !== undefined && isSameFile(options.output, path))
    throw usageError(
      `${options.output} is the model itself; name another file with --output, so that it stays`,
    );
  const byDefault = (known: boolean): readonly Objective[] => objectivesFor(preference, known);
  const prepared = await prepareSearch([path], options, byDefault);
  if (options.dryRun) {
    dryRun(prepared.planned, PICK_SCHEMA, options);
    return;
  }
  announce(prepared, options);
  const { objectives, constraints } = prepared;
  const wish: Wish = { preference, objectives, constraints };
  const picked = await searched(prepared, wish, options);
  requireBaseline(picked, path);
  const { space } = picked.study;
  const applier = createApplier(space);
  const account = picked.refined && accountOf(space, wish, picked.refined, applier);

  const { name } = space.network;
  const standIn = standInNote(prepared);
  const source = {
    version: version(),
    model: name,
    path,
    sha256: prepared.sources[0]!.sha256,
    seed: options.seed,
    notes: standIn === undefined ? [] : [standIn],
  };
  const files = filesOf(name, options);
  const kind = exitKind(picked);
  const error =
    account === undefined
      ? new ParetouError(picked.interrupted ? 'interrupted' : 'unmet', nothingText(picked, wish))
      : undefined;
  const written: string[] = [];
  const bytes = account && emitted(prepared, account, applier);
  const file = account && typeof bytes === 'object' ? files.design(account.candidate.id) : undefined;
  if (file !== undefined) {
    writeWhole(file, bytes as Uint8Array);
    written.push(file);
  }
  const record = {
    ...pickRecord(source, wish, picked, account),
    file: file ?? null,
    ...(typeof bytes === 'object' && { bytes: bytes.length }),
    ...(typeof bytes === 'string' && { no_file: bytes }),
    ...(error && { error: { kind: error.kind, message: error.message, exit_code: error.exitCode } }),
  };
  writeWhole(files.record, `${JSON.stringify(record, undefined, 2)}\n`);
  written.push(files.record);

  if (options.json) {
    printJson(record);
  } else if (!options.quiet && account !== undefined) {
    print(
      [
        pickText(picked, wish, account),
        ...(standIn === undefined ? [] : [`note: ${standIn}`]),
        ...(typeof bytes === 'string' ? [`no .tflite: ${bytes}`] : []),
        '',
        ...written.map((each) => `wrote ${each}`),
      ].join('\n'),
    );
  }
  picked.sweeps.flatMap((sweep) => failureLines(sweep)).forEach((line) => note(line));
  if (error !== undefined) note(`error: ${error.message}`);
  if (kind === 'interrupted' && !options.quiet) note('interrupted: picked from what was finished');
  if (kind !== undefined) process.exitCode = EXIT_CODES[kind];
}
