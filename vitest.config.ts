import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Files of one worker share its modules, loaded and compiled once: a test leaves nothing changed in them.
    isolate: false,
    // One by default on machines with two cores.
    maxWorkers: Math.max(2, availableParallelism()),
    coverage: { include: ['src/**/*.ts', 'search/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
