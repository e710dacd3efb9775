import { expect, it } from 'vitest';
import { bytesOf, livePiecesOf } from '../../../search/evaluate/transitions/live-pieces.js';
import type { ProgramOp, ProgramTensor } from '../../../src/schedule/program.js';

it('a large network without choices is one segment of many ranges', () => {
  const count = 50_000;
  const tensors = Array.from({ length: count }, () => ({ bytes: 16 }) as ProgramTensor);
  const ops = tensors.map(
    (_, id) =>
      ({ ifms: [], ofms: [id], inPlaceIfms: [], chainedIfms: [], scratch: -1 }) as unknown as ProgramOp,
  );
  expect(bytesOf(livePiecesOf(ops, tensors, () => true, 0))).toBe(16 * count);
});
