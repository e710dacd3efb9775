import { createHash, type Hash } from 'node:crypto';

/** Text is hashed in pieces of about so many characters. */
const PIECE = 2 ** 16;

/** Hexadecimal digits of a key: 128 bits. */
export const KEY_LENGTH = 32;

/** Hashes plain data so that equal data gives equal hashes, on every machine and with every version of Node.js. */
class ContentHasher {
  private readonly hash: Hash = createHash('sha256');
  private text = '';

  add(value: unknown): void {
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      this.say(`b${value.constructor.name}${bytes.length}:`);
      this.flush();
      this.hash.update(bytes);
    } else if (Array.isArray(value)) {
      this.say(`a${value.length}:`);
      for (const each of value) this.add(each);
    } else if (value instanceof Map || value instanceof Set) {
      this.say(value instanceof Map ? 'm' : 't');
      this.add([...value]);
    } else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      this.say(`o${entries.length}:`);
      for (const [name, each] of entries) {
        this.add(name);
        this.add(each);
      }
    } else {
      const text = Object.is(value, -0) ? '-0' : String(value);
      this.say(`${typeof value}${text.length}:${text}`);
    }
  }

  digest(): string {
    this.flush();
    return this.hash.digest('hex').slice(0, KEY_LENGTH);
  }

  private say(text: string): void {
    this.text += text;
    if (this.text.length > PIECE) this.flush();
  }

  private flush(): void {
    this.hash.update(this.text);
    this.text = '';
  }
}

/** A key for plain data: numbers, texts, arrays, typed arrays, maps, sets and objects of these, without circles. */
export const contentHash = (...values: readonly unknown[]): string => {
  const hasher = new ContentHasher();
  hasher.add(values);
  return hasher.digest();
};
