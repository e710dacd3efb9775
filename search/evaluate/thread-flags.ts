const flag = (name: string): string => `--${name}`;
const REQUIRE = 'experimental-require-module';

/**
 * Flags of worker threads. Piscina loads the module of a thread with `require` where Node.js lets it. A thread that is ended
 * meanwhile, as at an early interruption, then takes the whole process with it; with `import` it does not.
 */
export const THREAD_FLAGS: readonly string[] = process.allowedNodeEnvironmentFlags.has(flag(REQUIRE))
  ? [flag(`no-${REQUIRE}`)]
  : [];
