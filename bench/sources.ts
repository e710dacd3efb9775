import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A text file by its path in the checkout. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** The files below a folder of the checkout whose names match, in order. */
export const filesIn = (folder: string, name: RegExp): Source[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .sort()
    .map((file) => ({
      path: `${folder}/${file.replaceAll('\\', '/')}`,
      text: readFileSync(join(folder, file), 'utf8'),
    }));
