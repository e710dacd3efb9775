import { statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { inputError, type ParetouError } from '../errors.js';
import { READ_FAULTS, readFault } from '../files.js';
import type { Network } from '../graph/network.js';
import { zeros } from '../run/index.js';
import { grouped, plural } from '../text.js';
import { choose } from './choice.js';
import { classesOf } from './classes.js';
import { sampleBytes, sampleInputs, type SampleInput } from './inputs.js';
import { requireClasses } from './labels.js';
import { readFolder } from './read-folder.js';
import { readNpy } from './read-npy.js';
import { readNpz } from './read-npz.js';
import { LEAST_SAMPLES, type Samples } from './samples.js';
import type { Found, Source } from './source.js';
import { distinctSamples } from './split.js';

/** How samples are read. */
export interface ReadSamplesOptions {
  /** Most samples; which of them are read then depends on the seed. */
  readonly limit?: number | undefined;
  readonly seed: number;
}

/** Most memory that samples may take. */
const MOST_BYTES = 2 ** 30;

const FORMS = 'pass a .npy or .npz file, or a folder of .npy or .bin files';

/** Codes of the operating system and of `files.ts`; other codes are faults of the program. */
const SYSTEM_CODE = /^E[A-Z]+$|^NOT_A_FILE$|^TOO_LARGE$/;

const find = async (path: string, inputs: readonly SampleInput[]): Promise<Found> => {
  if (statSync(path).isDirectory()) return readFolder(path, inputs);
  switch (extname(path).toLowerCase()) {
    case '.npy':
      return readNpy(path, inputs);
    case '.npz':
      return readNpz(path, inputs);
    default:
      throw inputError(`${path}: is no form of samples that is known; ${FORMS}`);
  }
};

const tooFew = (path: string, found: string): ParetouError =>
  inputError(
    `${path}: holds ${found}, expected at least ${LEAST_SAMPLES}: fewer say next to nothing about a network`,
  );

/**
 * Reads samples for a network: a .npy or .npz file, or a folder with one .npy or .bin file each. The library's guide to
 * formats is docs/accuracy.md.
 * @throws an input error, one sentence that names the file, what was expected and what was found
 */
export async function readSamples(
  path: string,
  network: Network,
  { limit = Infinity, seed }: ReadSamplesOptions,
): Promise<Samples> {
  try {
    return await read(path, network, limit, seed);
  } catch (error) {
    const code = readFault(error);
    if (code === undefined || !SYSTEM_CODE.test(code)) throw error;
    const file = error instanceof Error && 'path' in error ? String(error.path) : path;
    throw inputError(`${file}: cannot be read, since ${READ_FAULTS[code] ?? code}; ${FORMS}`, error);
  }
}

async function read(path: string, network: Network, limit: number, seed: number): Promise<Samples> {
  const inputs = sampleInputs(network);
  const { sources, labels } = await find(path, inputs);
  const [{ count, where }] = sources as [Source, ...Source[]];
  const other = sources.find((source) => source.count !== count);
  if (other !== undefined)
    throw inputError(
      `${other.where}: holds ${plural(other.count, 'sample')}, and ${basename(where)} holds ${grouped(count)}`,
    );
  if (count < LEAST_SAMPLES) throw tooFew(path, plural(count, 'sample'));
  if (labels !== undefined) {
    if (labels.values.length !== count)
      throw inputError(
        `${labels.where}: holds ${plural(labels.values.length, 'label')}, expected one for each of ${plural(count, 'sample')}`,
      );
    requireClasses(labels.values, classesOf(network), labels.where, labels.nameOf);
  }

  const chosen = choose(count, limit, seed);
  const bytes = inputs.reduce((sum, input) => sum + sampleBytes(input), 0) * chosen.length;
  if (bytes > MOST_BYTES) {
    throw inputError(
      `${path}: its ${plural(chosen.length, 'sample')} take ${grouped(bytes / 2 ** 20)} MiB, and at most ${MOST_BYTES / 2 ** 20} are held; set a limit`,
      undefined,
      'samplesLimit',
    );
  }
  const slots = new Int32Array(count).fill(-1);
  chosen.forEach((sample, slot) => (slots[sample] = slot));
  const values = inputs.map((input) => zeros(input.type, chosen.length * input.elements));
  for (const [i, source] of sources.entries()) await source.read(slots, values[i]!);
  const samples: Samples = {
    count: chosen.length,
    inputs: values,
    ...(labels !== undefined && { labels: Int32Array.from(chosen, (i) => labels.values[i]!) }),
    source: path,
  };
  const distinct = distinctSamples(samples);
  if (distinct < LEAST_SAMPLES)
    throw tooFew(path, `${plural(samples.count, 'sample')}, and only ${plural(distinct, 'different one')}`);
  return samples;
}
