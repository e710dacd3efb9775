import { cleanLines, withoutCredentials } from '../safe-text.js';

/** Results: to stdout. */
export const print = (text: string): void => {
  const clean = cleanLines(withoutCredentials(text));
  process.stdout.write(clean.endsWith('\n') ? clean : `${clean}\n`);
};

/** A result as one JSON object on stdout; numbers that are none become null. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 1));

/** All that is not a result: to stderr. */
export const note = (text: string): void =>
  void process.stderr.write(`${cleanLines(withoutCredentials(text))}\n`);

/** What says all that is not a result, unless the options ask for silence. */
export const speaker = ({ quiet }: { readonly quiet?: boolean }): ((text: string) => void) =>
  quiet ? () => undefined : note;

/** Width of the terminal that results go to, or what COLUMNS says; undefined where neither is known. */
export const terminalColumns = (): number | undefined => {
  const stated = Number(process.env['COLUMNS']);
  return process.stdout.isTTY ? process.stdout.columns : stated >= 1 ? stated : undefined;
};
