const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Stray bytes 0x80-0xFF become the lone surrogates U+DC80-U+DCFF, which no valid text contains. */
const ESCAPE = 0xdc00;

const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);

const sequenceLength = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);

const decodeEscaping = (bytes: Uint8Array): string => {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i]!;
    const end = i + sequenceLength(lead);
    let part: string | undefined;
    if (end <= bytes.length) {
      try {
        part = strict.decode(bytes.subarray(i, end));
      } catch {
        part = undefined;
      }
    }
    if (part === undefined) {
      parts.push(String.fromCharCode(ESCAPE + lead));
      i += 1;
    } else {
      parts.push(part);
      i = end;
    }
  }
  return parts.join('');
};

/** Text of UTF-8 bytes; bytes that are not UTF-8 are kept as lone surrogates, so that `encodeText` restores them. */
export const decodeText = (bytes: Uint8Array): string => {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
};

/** UTF-8 bytes of a text, the inverse of `decodeText`. */
export const encodeText = (text: string): Uint8Array => {
  if (!hasLoneSurrogate(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) bytes.push(code - ESCAPE);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
};
