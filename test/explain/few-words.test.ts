import { describe, expect, test } from 'vitest';
import { compare } from '../../src/explain/compare.js';
import { boundChange, boundWords } from '../../src/explain/few-words.js';
import { exampleNetwork, explained, networkOf } from './fixture.js';

describe('what bounds a layer, in few words', () => {
  test('the part, then why it takes so long', () => {
    const [first, depthwise, pointwise] = explained(exampleNetwork('story_separable_linear')).layers;
    expect(boundWords(first!)).toEqual(['MACs', 'IFM depth 12.5%', 'kernel 75%']);
    expect(boundWords(depthwise!)).toEqual(['output stage', '1 cycle/element', 'no ReLU']);
    expect(boundWords(pointwise!)).toEqual(['output stage', '0.5 cycles/element']);
  });

  test('a memory by its name, with what uses it most', () => {
    const layers = explained(exampleNetwork('glyphs')).layers;
    const convolution = layers.find(({ layer }) => layer.origin === 9)!;
    expect(boundWords(convolution)).toEqual(['Off-chip Flash', 'weights 98.1%']);
  });

  test('beside what bounded it before', () => {
    const [, before] = explained(exampleNetwork('story_standard')).layers;
    const [, depthwise, pointwise] = explained(exampleNetwork('story_separable_relu')).layers;
    expect(boundChange([before!], [depthwise!, pointwise!])).toEqual([
      'MACs -> MACs and output stage',
      'one channel 12.5%',
      'kernel 75%',
    ]);
    expect(boundChange([before!], [before!])[0]).toBe('still MACs');
  });
});

describe('why a layer takes another time, in few words', () => {
  const of = (filters: number) =>
    explained(
      networkOf(
        [1, 20, 20, 8],
        [`type: conv2d, name: a, filters: ${filters}, kernel: [3, 3], activation: RELU`],
      ),
    );

  test('begins with the MACs where these go the same way', () => {
    expect(compare(of(16), of(32)).differences[0]!.words[0]).toBe('2x more MACs');
    expect(compare(of(32), of(16)).differences[0]!.words[0]).toBe('2x fewer MACs');
  });

  test('does not give fewer MACs as the reason for more cycles', () => {
    const [, replaced] = compare(
      explained(exampleNetwork('story_standard')),
      explained(exampleNetwork('story_separable_linear')),
    ).differences;
    expect(replaced!.cyclesB).toBeGreaterThan(replaced!.cyclesA);
    expect(replaced!.words).toEqual([
      '13% of peak, not 74.9%',
      '5.76x fewer MACs',
      'MACs -> output stage',
      '1 cycle/element',
      'no ReLU',
    ]);
  });

  test('says nothing of what is the same', () => {
    expect(compare(of(16), of(16)).differences[0]!.words).toEqual([]);
  });
});
