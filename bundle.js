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
    'dist/search/trial/trial-worker.js',
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
