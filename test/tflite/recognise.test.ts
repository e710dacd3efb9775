import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readModel, writeModel } from '../../src/tflite/model.js';
import { recognise } from '../../src/tflite/recognise.js';
import { smallModel } from './fixture.js';

/** First bytes of a ZIP archive with this file in front. */
const zip = (name: string): string =>
  `PK\u0003\u0004${'\0'.repeat(22)}${String.fromCharCode(name.length)}\0\0\0${name}`;

test.each([
  ['version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n', 'a Git LFS pointer'],
  [zip('model.tflite'), 'a ZIP archive'],
  [zip('metadata.json'), 'a Keras model (.keras)'],
  [zip('archive/data.pkl'), 'a PyTorch checkpoint'],
  ['\u0089HDF\r\n\u001a\n\0\0', 'an HDF5 file'],
  [gzipSync('model').toString('latin1'), 'compressed with gzip'],
  [`${'a'.repeat(257)}ustar\0`, 'a tar archive'],
  ['\u0008\u0007\u0012\u0007pytorch\u001a\u00032.0:', 'an ONNX model'],
  ['\u0008\u0001\u0012\u0080\u0010\n\u0010', 'a SavedModel or a TensorFlow graph (.pb)'],
  ['\n\u0030\n\u0005input\u0012\u000bPlaceholder', 'a SavedModel or a TensorFlow graph (.pb)'],
  ['\n<!DOCTYPE html>\n<html>', 'a web page'],
  ['#include "model.h"\nconst unsigned char model[] = {0x1c', 'C source code'],
  ['\u0010\0\0\0\u001c\0\0\0TFL3', 'a TFLite model with its size in front'],
  ['{"format": "layers-model"', 'JSON text'],
])('%j is told', (head, what) => {
  const bytes = Buffer.from(head, 'latin1');
  expect(recognise(bytes)?.what).toContain(what);
  expect(() => readModel(bytes, 'net.tflite')).toThrow(
    /^net\.tflite: not a usable TFLite file: it is [^\n]*; [^\n]*$/,
  );
});

test('what is not known is not guessed at, and a model is a model', () => {
  expect(recognise(Uint8Array.from({ length: 64 }, (_, i) => i))).toBeUndefined();
  expect(() => readModel(writeModel(smallModel()), 'net.tflite')).not.toThrow();
});
