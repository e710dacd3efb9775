import type { ParetouError, Setting } from '../errors.js';
import { messageLine } from '../safe-text.js';

/** The options of the command line for the settings that the library's errors are about. */
const FLAGS: Readonly<Record<Setting, string>> = {
  configFiles: '--config',
  systemConfig: '--system-config',
  memoryMode: '--memory-mode',
  arenaCacheSize: '--arena-cache-size',
  directory: '--output-dir',
};

/** An error's sentence, with the options that it is about. */
export const messageWithFlags = ({ message, settings }: ParetouError): string =>
  settings.length === 0
    ? message
    : messageLine(`${message} (${settings.map((setting) => FLAGS[setting]).join(', ')})`);
