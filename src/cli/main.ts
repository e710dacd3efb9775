#!/usr/bin/env node
import * as nodeModule from 'node:module';

// Newer versions of Node.js keep what they compiled for the next start.
const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: () => unknown };
enableCompileCache?.();

// A reader that stops early, such as `head`, must not end a run: what is printed from then on is dropped.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const { run } = await import('./run.js');
const exitCode = await run(process.argv.slice(2));
if (exitCode !== 0) process.exitCode = exitCode;
