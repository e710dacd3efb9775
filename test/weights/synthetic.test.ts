import { describe, expect, it } from 'vitest';
import { syntheticWeights } from '../../src/weights/synthetic.js';

const channels = (values: Int16Array, perOutput: number): number[][] =>
  Array.from({ length: values.length / perOutput }, (_, o) =>
    Array.from(values.subarray(o * perOutput, (o + 1) * perOutput)),
  );

const peak = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

describe('syntheticWeights', () => {
  it('scales each channel of a convolution to 127 and bell-shaped (docs/model/weights.md#unknown-weights)', () => {
    const values = syntheticWeights([200, 3, 3, 64], 'convolution').values();
    const peaks = channels(values, 576).map(peak);
    expect(new Set(peaks)).toEqual(new Set([127]));
    // The expected largest of 576 normal magnitudes is 3.17 standard deviations: 127 / 3.17 = 40.
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    expect(deviation).toBeGreaterThan(38);
    expect(deviation).toBeLessThan(42);
  });

  it('makes the largest tap of a depthwise kernel positive in 62 % of the channels', () => {
    const values = syntheticWeights([4000, 3, 3, 1], 'depthwise').values();
    const positive = channels(values, 9).filter((taps) => taps.includes(127)).length;
    expect(positive / 4000).toBeGreaterThan(0.59);
    expect(positive / 4000).toBeLessThan(0.65);
  });

  it('scales a fully connected layer as a whole, channels differing', () => {
    const values = syntheticWeights([64, 1, 1, 256], 'fully-connected').values();
    const peaks = channels(values, 256).map(peak);
    expect(peak(peaks)).toBe(127);
    expect(Math.min(...peaks)).toBeLessThan(60);
  });

  it('depends on the arguments alone', () => {
    const one = syntheticWeights([16, 3, 3, 8], 'convolution');
    const same = syntheticWeights([16, 3, 3, 8], 'convolution');
    const other = syntheticWeights([16, 3, 3, 4], 'convolution');
    expect(same.key).toBe(one.key);
    expect(same.values()).toEqual(one.values());
    expect(other.key).not.toBe(one.key);
    expect(one.predicted).toBe(true);
  });
});
