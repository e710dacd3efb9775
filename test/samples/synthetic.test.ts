import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/graph/network.js';
import { syntheticSamples } from '../../src/samples/synthetic.js';
import { branchedModel, loaded } from '../search/emit/models.js';

const { network } = loaded(branchedModel(), 'branched');
const [HEIGHT, WIDTH, CHANNELS] = [16, 12, 3];

/** Correlation of pixels so far apart in a row, or of two channels. */
const correlation = (values: Int8Array, across: number, channel = 0): number => {
  const pairs: [number, number][] = [];
  for (let row = 0; row < values.length; row += WIDTH * CHANNELS)
    for (let x = 0; x + across < WIDTH; x++)
      pairs.push([values[row + x * CHANNELS]!, values[row + (x + across) * CHANNELS + channel]!]);
  const mean = (i: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[i], 0) / pairs.length;
  const [a, b] = [mean(0), mean(1)];
  const sum = (f: (pair: [number, number]) => number): number => pairs.reduce((s, pair) => s + f(pair), 0);
  return (
    sum(([x, y]) => (x - a) * (y - b)) / Math.sqrt(sum(([x]) => (x - a) ** 2) * sum(([, y]) => (y - b) ** 2))
  );
};

describe('synthetic samples', () => {
  const { count, inputs } = syntheticSamples(network, 30, 5);
  const values = inputs[0] as Int8Array;

  it('have the form of the input, and the same values for the same seed', () => {
    expect(count).toBe(30);
    expect(values).toHaveLength(30 * HEIGHT * WIDTH * CHANNELS);
    expect(syntheticSamples(network, 30, 5).inputs).toEqual(inputs);
    expect(syntheticSamples(network, 30, 6).inputs).not.toEqual(inputs);
  });

  it('are like photographs: near pixels are alike, far ones less, and channels are alike', () => {
    const [near, far] = [correlation(values, 1), correlation(values, 6)];
    expect(near).toBeGreaterThan(0.65);
    expect(far).toBeLessThan(near - 0.1);
    expect(correlation(values, 0, 1)).toBeGreaterThan(0.8);
    expect(new Set(values).size).toBeGreaterThan(200);
  });

  it('are for pictures only', () => {
    const [graph] = network.graphs;
    const [input] = graph.inputs as [number];
    const withInput = (change: object): Network => ({
      ...network,
      graphs: [{ ...graph, tensors: graph.tensors.with(input, { ...graph.tensors[input]!, ...change }) }],
    });
    const message =
      (change: object): (() => unknown) =>
      () =>
        syntheticSamples(withInput(change), 5, 1);
    expect(message({ shape: [1, 40] })).toThrow(/it has no height, width and channels$/);
    expect(message({ shape: [1, 4, 40, 1] })).toThrow(/it is smaller than 8x8$/);
    expect(message({ type: 'float32' })).toThrow(/its type is float32$/);
  });
});
