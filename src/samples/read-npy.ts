import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileBytes } from './bytes.js';
import type { SampleInput } from './inputs.js';
import { labelsOf, onlyInput, openArray, stackSource, type Found } from './source.js';

/** A .npy file of samples; its labels are in a file beside it. */
export async function readNpy(path: string, inputs: readonly SampleInput[]): Promise<Found> {
  const input = onlyInput(inputs, path);
  const sources = [stackSource(await openArray(fileBytes(path), path), input)];
  const beside = `${path.slice(0, -extname(path).length)}.labels.npy`;
  if (!existsSync(beside)) return { sources };
  return { sources, labels: await labelsOf(await openArray(fileBytes(beside), beside)) };
}
