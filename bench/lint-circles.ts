import { note, print } from '../src/cli/streams.js';
import { plural } from '../src/text.js';
import { circlesOf, importsOf } from './circles.js';
import { filesIn } from './sources.js';

const imports = importsOf(['src', 'search', 'bench'].flatMap((folder) => filesIn(folder, /\.ts$/)));
const circles = circlesOf(imports);
for (const { folder, entries, imports: within } of circles) {
  note(`${folder === '' ? '.' : folder}: ${entries.join(', ')} import each other`);
  for (const { from, to } of within) note(`  ${from} -> ${to}`);
}
if (circles.length === 0) print(`${plural(imports.length, 'import')}, no circle of files or folders`);
else note(plural(circles.length, 'circle'));
process.exitCode = circles.length === 0 ? 0 : 1;
