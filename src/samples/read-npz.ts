import { inputError } from '../errors.js';
import { choiceList } from '../suggest.js';
import type { SampleInput } from './inputs.js';
import { labelsOf, openArray, stackSource, type Found, type OpenArray, type Source } from './source.js';
import { readZip } from './zip.js';

const LABEL_ARRAYS = ['y', 'labels'];
/** The array of the only input, where none has its name. */
const INPUT_ARRAY = 'x';

/** A .npz file with an array for each input, and one of labels. */
export async function readNpz(path: string, inputs: readonly SampleInput[]): Promise<Found> {
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
