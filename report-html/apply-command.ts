import type { ReportData } from './contract.js';
import { idOf, systemOf, type Dataset } from './dataset.js';

/** Characters that are not seen, or change how others are seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escapeOf = (character: string): string =>
  character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A word of a command line: quoted where it has to be; what is not seen as an escape, which bash and zsh read. */
const shellWord = (word: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (word.search(UNSEEN) < 0) return `'${word.replaceAll("'", "'\\''")}'`;
  return `$'${word.replace(/[\\']/g, '\\$&').replace(UNSEEN, escapeOf)}'`;
};

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
