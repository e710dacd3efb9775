import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { note, print } from '../src/cli/streams.js';
import { plural } from '../src/text.js';
import { checkCitations, type Source } from './citations.js';

const CODE = ['src', 'search', 'bench', 'test'];
const CHAPTERS = 'docs/model';

/** The files below a folder of the checkout whose names match, in order. */
const filesIn = (folder: string, name: RegExp): Source[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .sort()
    .map((file) => ({
      path: `${folder}/${file.replaceAll('\\', '/')}`,
      text: readFileSync(join(folder, file), 'utf8'),
    }));

const { count, faults } = checkCitations(
  CODE.flatMap((folder) => filesIn(folder, /\.[jt]s$/)),
  filesIn(CHAPTERS, /\.md$/),
);
for (const { path, line, message } of faults) note(`${path}:${line}: ${message}`);
if (faults.length === 0) print(`${plural(count, 'citation')} of ${CHAPTERS}, all of them found`);
else note(`${plural(faults.length, 'citation')} of what is not there`);
process.exitCode = faults.length === 0 ? 0 : 1;
