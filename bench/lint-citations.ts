import { note, print } from '../src/cli/streams.js';
import { plural } from '../src/text.js';
import { checkCitations } from './citations.js';
import { filesIn } from './sources.js';

const CODE = ['src', 'search', 'bench', 'test'];
const CHAPTERS = 'docs/model';

const { count, faults } = checkCitations(
  CODE.flatMap((folder) => filesIn(folder, /\.[jt]s$/)),
  filesIn(CHAPTERS, /\.md$/),
);
for (const { path, line, message } of faults) note(`${path}:${line}: ${message}`);
if (faults.length === 0) print(`${plural(count, 'citation')} of ${CHAPTERS}, all of them found`);
else note(`${plural(faults.length, 'citation')} of what is not there`);
process.exitCode = faults.length === 0 ? 0 : 1;
