import { csvFields } from '../csv.js';
import { inputError } from '../errors.js';
import { plural } from '../text.js';

const LABEL = /^\d{1,9}$/;

/**
 * Reads the labels of files from a table with the columns file and label, in the order of the files. Its first line may
 * name the columns.
 * @throws an input error that names the line where it is wrong
 */
export function parseLabels(text: string, files: readonly string[], where: string): Int32Array {
  const places = new Map(files.map((file, i) => [file, i]));
  const labels = new Int32Array(files.length).fill(-1);
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const fail = (why: string): Error => inputError(`${where}: line ${i + 1} ${why}`);
    const fields = csvFields(line);
    const [file, label, ...more] = fields;
    if (i === 0 && file?.toLowerCase() === 'file' && label?.toLowerCase() === 'label') return;
    if (file === undefined || label === undefined || more.length > 0)
      throw fail(`has ${plural(fields.length, 'field')}, expected a file and its label`);
    if (!LABEL.test(label)) throw fail(`has the label "${label}", expected the number of a class from 0`);
    const place = places.get(file);
    if (place === undefined) throw fail(`names ${file}, and there is no such sample in the folder`);
    if (labels[place] !== -1) throw fail(`names ${file} a second time`);
    labels[place] = Number(label);
  });
  const missing = labels.reduce((sum, label) => sum + (label === -1 ? 1 : 0), 0);
  if (missing > 0) {
    throw inputError(
      `${where}: has no label for ${missing} of ${plural(files.length, 'sample')}, the first of them ${files[labels.indexOf(-1)]!}`,
    );
  }
  return labels;
}

/**
 * Makes sure that labels are numbers of classes.
 * @param classes how many the network tells apart; undefined where it tells none
 * @param nameOf names a sample in the message
 */
export function requireClasses(
  labels: Int32Array,
  classes: number | undefined,
  where: string,
  nameOf: (sample: number) => string,
): void {
  const wrong = labels.findIndex((label) => label < 0 || (classes !== undefined && label >= classes));
  if (wrong < 0) return;
  const expected =
    classes === undefined
      ? 'the number of a class from 0'
      : `0 to ${classes - 1} for a network of ${classes} classes`;
  throw inputError(`${where}: the label of ${nameOf(wrong)} is ${labels[wrong]!}, expected ${expected}`);
}
