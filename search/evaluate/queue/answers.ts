import type { Connection, Redis, StreamEntry } from './connection.js';
import { KEYS } from './keys.js';

/** So many milliseconds of a look for answers; it is then looked again. */
const BLOCK = 5000;
/** After an error of Redis, it is looked again after so many. */
const RETRY_AFTER = 500;
/** Answers stay for so many after they were read, for other searches that have asked the same. */
const STAY = 1000;

/** When an answer was given, by its place in the stream. */
const timeOf = (place: string): number => Number(place.split('-')[0]);

/** Hears the answer to a question. */
export type TakeAnswer = (id: string, bytes: Buffer) => void;

/** The answers to questions about a setup, in the order in which workers gave them. Every search reads all of them. */
export class AnswerStream {
  private readonly key: string;
  /** Place of the last one that was read. */
  private last = '0-0';
  /** Places of those that were read and are still there. */
  private read: string[] = [];
  private reader: Redis | undefined;

  constructor(
    private readonly connection: Connection,
    hash: string,
    private readonly take: TakeAnswer,
  ) {
    this.key = KEYS.answers(hash);
  }

  /** Hands on all that are there now, also those that were read before. */
  async readAll(): Promise<void> {
    this.handOn(await this.connection.redis.xrangeBuffer(this.key, '-', '+'));
  }

  /** Hands on those to come, until it is closed. */
  follow(): void {
    const reader = this.connection.redis.duplicate();
    reader.on('error', () => undefined);
    this.reader = reader;
    const read = async (): Promise<void> => {
      while (this.reader !== undefined) {
        try {
          const found = await reader.xreadBuffer('BLOCK', BLOCK, 'STREAMS', this.key, this.last);
          this.handOn(found?.[0]?.[1] ?? []);
        } catch {
          await new Promise((resolve) => setTimeout(resolve, this.reader === undefined ? 0 : RETRY_AFTER));
        }
      }
    };
    void read();
  }

  /** Removes those that were read some time ago. */
  async trim(): Promise<void> {
    const since = timeOf(this.last) - STAY;
    const old = this.read.filter((place) => timeOf(place) < since);
    this.read = this.read.filter((place) => timeOf(place) >= since);
    if (old.length > 0) await this.connection.redis.xdel(this.key, ...old);
  }

  close(): void {
    this.reader?.disconnect();
    this.reader = undefined;
  }

  private handOn(entries: readonly StreamEntry[]): void {
    for (const [place, fields] of entries) {
      this.last = place.toString('latin1');
      this.read.push(this.last);
      const [id, bytes] = fields;
      if (id !== undefined && bytes !== undefined) this.take(id.toString('latin1'), bytes);
    }
  }
}
