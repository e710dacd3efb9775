import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { inputError, ParetouError } from '../errors.js';
import { MOST_TEXT_BYTES, READ_FAULTS, readFault, readRegular } from '../files.js';
import type { Network } from '../graph/network.js';
import { zeros, type Values } from '../run/index.js';
import { choiceList } from '../suggest.js';
import { grouped, plural, shapeText } from '../text.js';
import { fileBytes, type Bytes } from './bytes.js';
import { choose } from './choice.js';
import { classesOf } from './classes.js';
import { converter, fitsShape, placer } from './fitting.js';
import { sampleBytes, sampleInputs, type SampleInput } from './inputs.js';
import { parseLabels, requireClasses } from './labels.js';
import { readElements, readNpyHeader, type NpyHeader } from './npy.js';
import { LEAST_SAMPLES, type Samples } from './samples.js';
import { distinctSamples } from './split.js';
import { readZip } from './zip.js';

/** How samples are read. */
export interface ReadSamplesOptions {
  /** Most samples; which of them are read then depends on the seed. */
  readonly limit?: number | undefined;
  readonly seed: number;
}

/** Most memory that samples may take. */
const MOST_BYTES = 2 ** 30;

/** Samples of one input, before they are read. */
interface Source {
  readonly where: string;
  readonly count: number;
  /** Puts the samples into their places; −1 for those that are not wanted. */
  readonly read: (slots: Int32Array, target: Values) => Promise<void>;
}

/** What a path holds. */
interface Found {
  /** One per input. */
  readonly sources: readonly Source[];
  readonly labels?: {
    readonly where: string;
    readonly values: Int32Array;
    readonly nameOf: (i: number) => string;
  };
}

const FORMS = 'pass a .npy or .npz file, or a folder of .npy or .bin files';

/** An array of a .npy file, whose header is read. */
interface OpenArray {
  readonly where: string;
  readonly bytes: Bytes;
  readonly header: NpyHeader;
}

const openArray = async (bytes: Bytes, where: string): Promise<OpenArray> => ({
  where,
  bytes,
  header: await readNpyHeader(bytes, where),
});

const sizes = (shape: readonly number[]): string => (shape.length === 0 ? 'of one element' : shape.join('x'));

const wrongShape = (
  where: string,
  found: readonly number[],
  expected: string,
  { name }: SampleInput,
): ParetouError =>
  inputError(`${where}: has the shape ${sizes(found)}, expected ${expected} for the input ${name}`);

/** An array with one sample per index of its first axis. */
function stackSource({ where, bytes, header }: OpenArray, input: SampleInput): Source {
  const { shape, fortran, type } = header;
  const [count, ...sample] = shape;
  if (count === undefined || !fitsShape(sample, input))
    throw wrongShape(where, shape, `samples x ${shapeText(input.shape)}`, input);
  const convert = converter(type, input, where);
  return {
    where,
    count,
    read: (slots, target) =>
      readElements(bytes, header, placer({ shape, fortran, where, convert }, slots, target)),
  };
}

async function labelsOf({ where, bytes, header }: OpenArray): Promise<NonNullable<Found['labels']>> {
  const [count = 0, ...rest] = header.shape;
  if (header.shape.length === 0 || rest.some((size) => size !== 1))
    throw inputError(`${where}: has the shape ${sizes(header.shape)}, expected one class per sample`);
  const values = new Int32Array(count);
  let at = 0;
  await readElements(bytes, header, (elements) => {
    for (const element of elements) {
      const label = Number(element);
      if (!Number.isInteger(label) || Math.abs(label) >= 2 ** 31)
        throw inputError(`${where}: the label of sample ${at} is ${label}, expected the number of a class`);
      values[at++] = label;
    }
  });
  return { where, values, nameOf: (i) => `sample ${i}` };
}

const onlyInput = (inputs: readonly SampleInput[], path: string): SampleInput => {
  const [input, ...others] = inputs;
  if (input !== undefined && others.length === 0) return input;
  const names = choiceList(inputs.map(({ name }) => name));
  throw inputError(
    `${path}: the network has ${inputs.length} inputs; pass a .npz file with an array for each: ${names}`,
  );
};

async function readNpy(path: string, inputs: readonly SampleInput[]): Promise<Found> {
  const input = onlyInput(inputs, path);
  const sources = [stackSource(await openArray(fileBytes(path), path), input)];
  const beside = `${path.slice(0, -extname(path).length)}.labels.npy`;
  if (!existsSync(beside)) return { sources };
  return { sources, labels: await labelsOf(await openArray(fileBytes(beside), beside)) };
}

const LABEL_ARRAYS = ['y', 'labels'];
/** The array of the only input, where none has its name. */
const INPUT_ARRAY = 'x';

async function readNpz(path: string, inputs: readonly SampleInput[]): Promise<Found> {
  const entries = await readZip(path);
  const names = entries.map(({ name }) => name.replace(/\.npy$/, ''));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw inputError(`${path}: holds two arrays named ${twice}`);
  const holds = names.length === 0 ? 'it holds none' : `it holds ${choiceList(names)}`;
  const open = async (name: string): Promise<OpenArray> =>
    openArray(await entries[names.indexOf(name)]!.open(), `${path}: ${name}`);

  const nameFor = ({ name }: SampleInput): string => {
    if (names.includes(name)) return name;
    if (inputs.length === 1) {
      if (names.includes(INPUT_ARRAY)) return INPUT_ARRAY;
      const others = names.filter((each) => !LABEL_ARRAYS.includes(each));
      if (others.length === 1) return others[0]!;
      throw inputError(`${path}: expected one array of samples, named ${INPUT_ARRAY} or ${name}; ${holds}`);
    }
    throw inputError(`${path}: expected an array named ${name} for the input of that name; ${holds}`);
  };
  const arrays = inputs.map(nameFor);
  const labels = LABEL_ARRAYS.filter((name) => names.includes(name) && !arrays.includes(name));
  if (labels.length > 1) throw inputError(`${path}: holds both y and labels; leave one of them out`);
  const sources: Source[] = [];
  for (const [i, name] of arrays.entries()) sources.push(stackSource(await open(name), inputs[i]!));
  return { sources, ...(labels[0] !== undefined && { labels: await labelsOf(await open(labels[0])) }) };
}

const LABELS_FILE = 'labels.csv';

async function readFileSample(path: string, input: SampleInput, slot: number, target: Values): Promise<void> {
  if (extname(path).toLowerCase() === '.bin') {
    const bytes = fileBytes(path);
    const expected = sampleBytes(input);
    if (bytes.size !== expected) {
      throw inputError(
        `${path}: has ${plural(bytes.size, 'byte')}, expected ${grouped(expected)} for ${shapeText(input.shape)} elements of ${input.type}`,
      );
    }
    const convert = converter(input.type, input, path);
    const stack = { shape: [1, input.elements], fortran: false, where: path, convert };
    await readElements(bytes, { type: input.type, offset: 0 }, placer(stack, Int32Array.of(slot), target));
    return;
  }
  const { bytes, header } = await openArray(fileBytes(path), path);
  if (!fitsShape(header.shape, input)) throw wrongShape(path, header.shape, shapeText(input.shape), input);
  const stack = {
    shape: [1, ...header.shape],
    fortran: header.fortran,
    where: path,
    convert: converter(header.type, input, path),
  };
  await readElements(bytes, header, placer(stack, Int32Array.of(slot), target));
}

function readFolder(path: string, inputs: readonly SampleInput[]): Found {
  const input = onlyInput(inputs, path);
  const names = readdirSync(path).filter((name) => !name.startsWith('.'));
  const [npy, bin] = ['.npy', '.bin'].map((extension) =>
    names.filter((name) => extname(name).toLowerCase() === extension),
  ) as [string[], string[]];
  if (npy.length > 0 && bin.length > 0)
    throw inputError(`${path}: holds both .npy and .bin files; leave one kind out`);
  const files = [...npy, ...bin].sort();
  if (files.length === 0) throw inputError(`${path}: holds neither .npy nor .bin files, one for each sample`);
  const source: Source = {
    where: path,
    count: files.length,
    read: async (slots, target) => {
      for (const [i, file] of files.entries())
        if (slots[i]! >= 0) await readFileSample(join(path, file), input, slots[i]!, target);
    },
  };
  if (!names.includes(LABELS_FILE)) return { sources: [source] };
  const where = join(path, LABELS_FILE);
  const text = new TextDecoder().decode(readRegular(where, MOST_TEXT_BYTES));
  const values = parseLabels(text, files, where);
  return { sources: [source], labels: { where, values, nameOf: (i) => files[i]! } };
}

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
