import { readFileSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * Highest resident memory in bytes. Where the system keeps it per program (Linux), what the starting process held
 * before does not count; `resourceUsage` would include that.
 */
function peakBytes(): number {
  try {
    const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    if (kibibytes !== undefined) return 1024 * Number(kibibytes);
  } catch {
    // Other systems have no such file.
  }
  return 1024 * process.resourceUsage().maxRSS;
}

/** The system counts processor time of ended processes in this many parts of a second. */
const TICKS = 100;

/** Processor time in milliseconds of processes that this one started and that have ended, where the system says (Linux). */
function childrenMs(): number {
  try {
    // The name, in parentheses, may have spaces; what follows it is fields 3 and on.
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ');
    return ((Number(fields[13]) + Number(fields[14])) * 1000) / TICKS;
  } catch {
    return 0;
  }
}

// Runs the program named first on the command line as if it had been started itself; at the end its use of the
// processor and of memory goes to file descriptor 3.
const [node = '', , program = '', ...rest] = process.argv;
process.argv = [node, program, ...rest];
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, JSON.stringify({ cpuMs: (user + system) / 1000 + childrenMs(), peakBytes: peakBytes() }));
});
await import(pathToFileURL(program).href);
