import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inputError } from '../src/errors.js';
import { cleanLines, cleanText, messageLine, shortenMiddle } from '../src/safe-text.js';

const SEED = { seed: 20, numRuns: 300 };
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('\u001b', '\n', '\r', '\u202e', '\u2028', '\ud800', '"', ' ', 'a') }),
);
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

test('ordinary names stay as they are', () => {
  for (const name of ['model/conv2d/Relu;bn_1', 'größe', '特徴', 'a b', 'x\\u001b']) {
    expect(cleanText(name)).toBe(name);
  }
});

test('escapes, line breaks, and what turns or hides text become visible', () => {
  expect(cleanText('a\u001b[31mb\nc\u202ed\u200be\u009bf\ud800')).toBe(
    'a\\u001b[31mb\\u000ac\\u202ed\\u200be\\u009bf\\ud800',
  );
  expect(cleanLines('a\r\nb\u001b')).toBe('a\\u000d\nb\\u001b');
});

test('nothing unsafe is left of any text, and a cleaned JSON text has the same value', () => {
  fc.assert(
    fc.property(anything, (text) => {
      expect(cleanText(text)).not.toMatch(UNSAFE);
      expect(cleanLines(text).replaceAll('\n', '')).not.toMatch(UNSAFE);
      expect(JSON.parse(cleanLines(JSON.stringify([text], undefined, 1)))).toEqual([text]);
    }),
    SEED,
  );
});

test('long texts lose their middle', () => {
  expect(shortenMiddle('abcdefghij', 10)).toBe('abcdefghij');
  expect(shortenMiddle('abcdefghij', 7)).toBe('abc…hij');
  expect(shortenMiddle('ab😀cdefgh😀', 5)).toBe('ab…😀');
});

test('a message is one line below 300 characters that keeps its words', () => {
  const long = `${'x'.repeat(5000)}\n\u001b`;
  const message = messageLine(`${long}.tflite: tensor "${long} ${long}" has no shape; pass a valid model`);
  expect(message).toMatch(/^xx.*….*\.tflite: tensor ".*….*" has no shape; pass a valid model$/);
  fc.assert(
    fc.property(anything, fc.nat(2000), (text, times) => {
      const { message: line } = inputError(`${text.repeat(times % 50)}: is wrong`);
      expect(`error: ${line}`.length).toBeLessThan(300);
      expect(line).not.toMatch(UNSAFE);
    }),
    SEED,
  );
});
