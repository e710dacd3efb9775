/** Results: to stdout. */
export const print = (text: string): void =>
  void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

/** A result as one JSON object on stdout; numbers that are none become null. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 1));

/** All that is not a result: to stderr. */
export const note = (text: string): void => void process.stderr.write(`${text}\n`);
