import { spawn } from 'node:child_process';

/**
 * Runs a program several times at once, and ends when all of them have, with 1 if one failed:
 * `together.js COUNT PROGRAM ARGUMENTS`. `{}` in an argument stands for the number of the run.
 */
const [count = '', program = '', ...args] = process.argv.slice(2);

for (let i = 0; i < Number(count); i++) {
  const own = args.map((arg) => arg.replace('{}', String(i)));
  spawn(process.execPath, [program, ...own], { stdio: 'inherit' }).on('close', (status) => {
    if (status !== 0) process.exitCode = 1;
  });
}
