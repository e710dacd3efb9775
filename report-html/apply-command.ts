import type { ReportData } from './contract.js';
import { idOf, systemOf, type Dataset } from './dataset.js';

/** A word of a command line for a POSIX shell: quoted where it has to be. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A whole command line. */
export const shellLine = (words: readonly string[]): string => words.map(shellWord).join(' ');

/** The command that writes the file of a row's design. */
export const applyCommand = (
  data: Dataset,
  row: number,
  { applyArguments }: Pick<ReportData, 'applyArguments'>,
): string => {
  const { code, accelerator, systemConfig, memoryMode } = data.model.systems[systemOf(data, row)]!;
  const isUsual = code === accelerator.replace('ethos-', '');
  const system = isUsual ? [] : ['--system-config', systemConfig, '--memory-mode', memoryMode];
  const { path } = data.model;
  return shellLine(['paretou', 'apply', path, '--design', idOf(data, row), ...system, ...applyArguments]);
};
