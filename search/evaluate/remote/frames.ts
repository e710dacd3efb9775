import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/**
 * A frame is a message between two processes: four bytes that every frame begins with, four with its length, four with a
 * checksum, and the message as structured clones are written.
 */
const HEAD = 12;
const MARK = 0x3152_5450;

/** Longest message. */
const MOST_BYTES = 2 ** 30;

/** A message as a frame. */
export const frameOf = (message: unknown): Buffer => {
  const body = serialize(message);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(MARK, 0);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(crc32(body), 8);
  return Buffer.concat([head, body]);
};

/** Puts frames together from whatever pieces they arrive in. */
export class FrameReader {
  private pieces: Buffer[] = [];
  private length = 0;
  private needed = HEAD;

  /**
   * Takes the next piece and gives the messages that are complete.
   * @throws if what arrived is no frame; nothing after it can be read then
   */
  *push(piece: Buffer): Generator {
    this.pieces.push(piece);
    this.length += piece.length;
    while (this.length >= this.needed) {
      const all = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces);
      if (all.readUInt32LE(0) !== MARK) throw new Error('a message does not begin as it should');
      const size = all.readUInt32LE(4);
      if (size > MOST_BYTES) throw new Error('a message is too long');
      this.needed = HEAD + size;
      this.pieces = [all];
      if (this.length < this.needed) return;
      const body = all.subarray(HEAD, this.needed);
      this.pieces = [all.subarray(this.needed)];
      this.length -= this.needed;
      this.needed = HEAD;
      if (crc32(body) !== all.readUInt32LE(8)) throw new Error('a message was damaged');
      // Arrays of the message may lie in the memory that it is read from, and may be given away with it.
      yield deserialize(new Uint8Array(body)) as unknown;
    }
  }
}
