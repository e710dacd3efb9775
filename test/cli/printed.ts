import { afterEach, beforeEach, vi } from 'vitest';

/** What the program has printed in the running test. */
export interface Printed {
  /** To stdout: results. */
  out: string;
  /** To stderr: all else. */
  err: string;
}

/** Keeps what the program prints during each test of a file, and its exit code, from the terminal and the test runner. */
export function capturePrinted(): Printed {
  const printed: Printed = { out: '', err: '' };
  beforeEach(() => {
    Object.assign(printed, { out: '', err: '' });
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed.out += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((printed.err += String(text)), true));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });
  return printed;
}
