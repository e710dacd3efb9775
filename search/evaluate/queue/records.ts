import { isRecord } from '../shapes.js';
import { isSetupName } from './keys.js';

/** What a search says of itself, for one setup. */
export interface SearchRecord {
  /** Name of the setup, and of its queue. */
  readonly hash: string;
  readonly version: string;
  readonly model: string;
  /** Host and process. */
  readonly by: string;
  /** Jobs that were answered. */
  readonly done: number;
}

/** What a worker says of itself. */
export interface WorkerRecord {
  readonly id: string;
  readonly version: string;
  /** Host and process. */
  readonly name: string;
  readonly threads: number;
  /** Setups that its threads are at. */
  readonly serves: readonly string[];
  /** It ended by itself. */
  readonly left: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 1000;

const isSearch = (value: Fields): value is Fields & SearchRecord =>
  [value['version'], value['model'], value['by']].every(isText) &&
  isText(value['hash']) &&
  isSetupName(value['hash']) &&
  Number.isSafeInteger(value['done']);

const isWorker = (value: Fields): value is Fields & WorkerRecord =>
  [value['id'], value['version'], value['name']].every(isText) &&
  Number.isSafeInteger(value['threads']) &&
  (value['threads'] as number) > 0 &&
  Array.isArray(value['serves']) &&
  value['serves'].every(isText) &&
  typeof value['left'] === 'boolean';

const reader =
  <T>(is: (value: Fields) => value is Fields & T) =>
  (text: string | null): T | undefined => {
    try {
      const value: unknown = JSON.parse(text ?? 'null');
      return isRecord(value) && is(value) ? value : undefined;
    } catch {
      return undefined;
    }
  };

/** The record that a text is, if it is one. */
export const readSearch = reader(isSearch);
export const readWorker = reader(isWorker);
