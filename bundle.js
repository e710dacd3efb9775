import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Puts the command line into few files, which start faster than one file per module. The folder is flat and the workers
 * keep their names, because the program finds them beside itself. Packages stay imports: the library needs them too.
 */
const bundle = await rolldown({
  input: [
    'dist/src/cli/main.js',
    'dist/search/evaluate/worker.js',
    'dist/search/explore/exact/solve-worker.js',
    'dist/search/evaluate/trial/trial-worker.js',
  ],
  platform: 'node',
  external: /^[^./]/,
});
await bundle.write({
  dir: 'dist/cli',
  cleanDir: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
});

/** Packages that become part of the page of the HTML report, with their licences. */
const inPage = new Set();

/** Puts the program of the HTML report into one script, which the page holds. */
const page = await rolldown({
  input: 'report-html/client/main.ts',
  platform: 'browser',
  resolve: {
    extensionAlias: { '.js': ['.ts', '.js'] },
    alias: { 'd3-transition': resolve('report-html/client/no-transition.ts') },
  },
  tsconfig: 'report-html/client/tsconfig.json',
});
const { output } = await page.generate({ format: 'iife', minify: true });
const [{ code, modules }] = output;
for (const id of Object.keys(modules)) {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))?.[1];
  if (name !== undefined) inPage.add(name);
}
const notices = [...inPage].sort().map((name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  return `${name} ${version} (${license})\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim()}`;
});
mkdirSync('dist/report-html', { recursive: true });
writeFileSync('dist/report-html/client.js', code.trim());
writeFileSync('dist/report-html/NOTICES.txt', `${notices.join('\n\n')}\n`);
copyFileSync('report-html/client/report.css', 'dist/report-html/report.css');
