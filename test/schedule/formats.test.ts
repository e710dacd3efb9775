import { describe, expect, test } from 'vitest';
import type { FeatureMap, OpKind, Shape4, View } from '../../src/lowering/operations.js';
import type { Family } from '../../src/npu/family.js';
import { storedBytes, tensorFormat, type Connection } from '../../src/schedule/formats.js';
import { featureMap, loweredOp, whole } from './lowered.js';

const OTHER = whole(featureMap([1, 8, 8, 32]));

/** How an operation of that kind uses a feature map; as its first input or its output. */
const reads = (view: View, kind: OpKind = 'Conv2D', index = 0): Connection => ({
  op: loweredOp(kind, index === 0 ? [view] : [OTHER, view], OTHER),
  view,
});
const writes = (view: View, kind: OpKind = 'Conv2D'): Connection => ({
  op: loweredOp(kind, [OTHER], view),
  view,
});

const format = (
  tensor: FeatureMap,
  producers: Connection[],
  consumers: Connection[],
  family: Family = 'u55',
): string => tensorFormat({ tensor, producers, consumers }, family);

describe('format of a feature map (docs/model/scheduling.md#formats)', () => {
  const map = featureMap([1, 8, 8, 32]);
  const all = whole(map);
  const slice = (offset: number, depth: number): View =>
    whole(map, { slice: { offset: [0, 0, 0, offset], shape: [1, 8, 8, depth] } });

  test('bricks between operations of the NPU', () => {
    expect(format(map, [writes(all)], [reads(all)])).toBe('NHCWB16');
    expect(format(map, [writes(all)], [reads(all), reads(all, 'Add', 1)])).toBe('NHCWB16');
  });

  test.each([
    ['a graph input', { graphInput: true }],
    ['a graph output', { graphOutput: true }],
    ['a variable', { persistent: true }],
    ['a constant', { constant: { bytes: new Uint8Array(2048) } }],
  ])('rule 1: %s is NHWC', (_, facts) => {
    const special = featureMap([1, 8, 8, 32], facts);
    expect(format(special, [], [reads(whole(special))])).toBe('NHWC');
  });

  test('rule 1: so is what the CPU uses', () => {
    expect(format(map, [writes(all, 'Passthrough')], [reads(all)])).toBe('NHWC');
    expect(format(map, [writes(all)], [reads(all), reads(all, 'Passthrough')])).toBe('NHWC');
  });

  test('rule 2: at most 2^31 − 1 elements, the depth rounded up', () => {
    const sized = (shape: Shape4): string => {
      const large = featureMap(shape);
      return format(large, [writes(whole(large))], [reads(whole(large))]);
    };
    expect(sized([1, 8192, 16384, 16])).toBe('NHWC');
    expect(sized([1, 8191, 16384, 16])).toBe('NHCWB16');
    expect(sized([1, 8192, 16384, 1])).toBe('NHWC');
  });

  test('rule 3: parts in depth begin at multiples of 16', () => {
    expect(format(map, [writes(slice(0, 16)), writes(slice(16, 16))], [reads(all)])).toBe('NHCWB16');
    expect(format(map, [writes(slice(0, 24)), writes(slice(24, 8))], [reads(all)])).toBe('NHWC');
  });

  test.each<OpKind>(['Gather', 'Scatter'])('rule 4: %s works on NHWC', (kind) => {
    expect(format(map, [writes(all)], [reads(all, kind)], 'u85')).toBe('NHWC');
    expect(format(map, [writes(all, kind)], [reads(all)], 'u85')).toBe('NHWC');
  });

  test('rule 5: on Ethos-U55 and U65 a Transpose and a MatMul do, for all they read and write', () => {
    for (const [producers, consumers] of [
      [[writes(all, 'Transpose')], [reads(all)]],
      [[writes(all)], [reads(all, 'Transpose')]],
      [[writes(all, 'MatMul')], [reads(all)]],
      [[writes(all)], [reads(all, 'MatMul')]],
      [[writes(all)], [reads(all, 'MatMul', 1)]],
    ] as const) {
      expect(format(map, [...producers], [...consumers])).toBe('NHWC');
      expect(format(map, [...producers], [...consumers], 'u65')).toBe('NHWC');
      expect(format(map, [...producers], [...consumers], 'u85')).toBe('NHCWB16');
    }
    // Scratch memory: nobody reads or writes it as a feature map.
    expect(format(map, [], [])).toBe('NHWC');
  });

  test('rule 5: and a copy of 32-bit elements', () => {
    const formatOfCopied = (type: 'int16' | 'int32'): string => {
      const wide = featureMap([1, 8, 8, 32], { type });
      return format(wide, [writes(whole(wide), 'MemoryCopy')], [reads(whole(wide))]);
    };
    expect(formatOfCopied('int32')).toBe('NHWC');
    expect(formatOfCopied('int16')).toBe('NHCWB16');
  });

  test('rule 6: width and depth are the same for all, the height need not be', () => {
    const shaped = (shape: Shape4): View => whole(map, { shape });
    expect(format(map, [writes(all)], [reads(shaped([1, 8, 16, 16]))])).toBe('NHWC');
    expect(format(map, [writes(all)], [reads(all), reads(shaped([1, 16, 4, 32]))])).toBe('NHWC');
    expect(format(map, [writes(all)], [reads(shaped([8, 1, 8, 32]))])).toBe('NHCWB16');
    // Reading a part counts by the part's shape, writing one by the whole's.
    const part = (offset: Shape4, shape: Shape4): View => whole(map, { slice: { offset, shape } });
    expect(format(map, [writes(all)], [reads(part([0, 4, 0, 0], [1, 4, 8, 32]))])).toBe('NHCWB16');
    expect(format(map, [writes(all)], [reads(part([0, 0, 4, 0], [1, 8, 4, 32]))])).toBe('NHWC');
    expect(format(map, [writes(all)], [reads(slice(16, 16))])).toBe('NHWC');
    const halves = [writes(part([0, 0, 0, 0], [1, 8, 4, 32])), writes(part([0, 0, 4, 0], [1, 8, 4, 32]))];
    expect(format(map, halves, [reads(all)])).toBe('NHCWB16');
  });

  test('rule 7: 32-bit elements that are summed up', () => {
    const sums = featureMap([1, 8, 8, 32], { type: 'int32' });
    expect(format(sums, [writes(whole(sums))], [reads(whole(sums), 'ReduceSum')])).toBe('NHWC');
    expect(format(map, [writes(all)], [reads(all, 'ReduceSum')])).toBe('NHCWB16');
  });

  test('rules 8 and 9: reversed and stepped access', () => {
    expect(format(map, [writes(whole(map, { reversed: 'C' }))], [reads(all)], 'u85')).toBe('NHWC');
    expect(format(map, [writes(whole(map, { reversed: 'H' }))], [reads(all)], 'u85')).toBe('NHCWB16');
    expect(format(map, [writes(whole(map, { reversed: 'H' }))], [reads(all)])).toBe('NHWC');
    expect(format(map, [writes(all)], [reads(whole(map, { step: [1, 2] }))])).toBe('NHWC');
    expect(format(map, [writes(all)], [reads(whole(map, { step: [2, 1] }))])).toBe('NHCWB16');
  });
});

describe('bytes of a feature map', () => {
  test('bricks are full, and all sizes multiples of 16', () => {
    expect(storedBytes(featureMap([1, 25, 5, 64]), 'NHCWB16')).toBe(8000);
    expect(storedBytes(featureMap([1, 49, 10, 1]), 'NHWC')).toBe(496);
    expect(storedBytes(featureMap([1, 3, 5, 12]), 'NHCWB16')).toBe(240);
    expect(storedBytes(featureMap([1, 3, 5, 12]), 'NHWC')).toBe(192);
    expect(storedBytes(featureMap([1, 3, 5, 12], { type: 'int32' }), 'NHWC')).toBe(720);
    expect(storedBytes(featureMap([1, 3, 5, 3], { type: 'int4' }), 'NHWC')).toBe(32);
  });
});
