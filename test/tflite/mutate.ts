import fc from 'fast-check';

/** A change of a file: what, where (as a share of its length) and with which value. */
interface Mutation {
  readonly kind: 'bit' | 'byte' | 'word' | 'nearWord' | 'copy' | 'cut' | 'zero' | 'insert';
  readonly at: number;
  readonly from: number;
  readonly value: number;
}

/** Values that lengths and offsets are likely to be checked badly for. */
const NASTY = [
  0, 1, 2, 3, 4, 7, 8, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff,
];

/** A share of the file, evenly spread (fast-check would prefer the very start). */
const share = fc.noBias(fc.nat(2 ** 30 - 1)).map((value) => value / 2 ** 30);

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom<Mutation['kind'][]>(
    'bit',
    'byte',
    'word',
    'word',
    'nearWord',
    'copy',
    'cut',
    'zero',
    'insert',
  ),
  at: share,
  from: share,
  value: fc.oneof(fc.constantFrom(...NASTY), fc.nat(0xffff)),
});

/** One to a few changes anywhere in the file. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(mutation, {
  minLength: 1,
  maxLength: 6,
});

const apply = (bytes: Uint8Array, { kind, at, from, value }: Mutation): Uint8Array => {
  const position = Math.floor(at * bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = Math.min(position & ~3, (bytes.length & ~3) - 4);
  switch (kind) {
    case 'bit':
      bytes[position]! ^= 1 << (value & 7);
      return bytes;
    case 'byte':
      bytes[position] = value;
      return bytes;
    case 'word':
      if (word >= 0) view.setUint32(word, value, true);
      return bytes;
    case 'nearWord':
      if (word >= 0) view.setUint32(word, view.getUint32(word, true) + (value % 33) - 16, true);
      return bytes;
    case 'copy': {
      const source = Math.floor(from * bytes.length);
      bytes.copyWithin(position, source, source + 4 * (1 + (value % 8)));
      return bytes;
    }
    case 'cut':
      return bytes.slice(0, position);
    case 'zero':
      bytes.fill(0, position, position + 1 + (value % 64));
      return bytes;
    case 'insert': {
      const longer = new Uint8Array(bytes.length + 4);
      longer.set(bytes.subarray(0, position));
      longer.set(bytes.subarray(position), position + 4);
      return longer;
    }
  }
};

/** The file with the changes made, in turn. */
export const mutate = (file: Uint8Array, changes: readonly Mutation[]): Uint8Array =>
  changes.reduce<Uint8Array>(
    (bytes, change) => (bytes.length === 0 ? bytes : apply(bytes, change)),
    new Uint8Array(file),
  );
