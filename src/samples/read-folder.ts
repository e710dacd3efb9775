import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { inputError } from '../errors.js';
import { MOST_TEXT_BYTES, readRegular } from '../files.js';
import type { Values } from '../run/index.js';
import { grouped, plural, shapeText } from '../text.js';
import { fileBytes } from './bytes.js';
import { converter, fitsShape, placer } from './fitting.js';
import { sampleBytes, type SampleInput } from './inputs.js';
import { parseLabels } from './labels.js';
import { readElements } from './npy.js';
import { onlyInput, openArray, wrongShape, type Found, type Source } from './source.js';

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

/** A folder with a .npy or .bin file for each sample, and a table of labels. */
export function readFolder(path: string, inputs: readonly SampleInput[]): Found {
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
