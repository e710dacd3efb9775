import { describe, expect, it } from 'vitest';
import { findSites } from '../../../search/space/sites.js';
import { findWidthGroups } from '../../../search/space/width-groups.js';
import { buildSpace } from '../../../search/space/build-space.js';
import { createApplier } from '../../../search/emit/apply.js';
import { fakeSystems, NetworkBuilder, residualNetwork } from '../fixture.js';

const summary = (network = residualNetwork()) =>
  findWidthGroups(network).map(({ operator, operators, channels, frozen }) => ({
    operator,
    operators,
    channels,
    frozen,
  }));

describe('sites', () => {
  it('are the operators that a substitution may replace', () => {
    expect(findSites(residualNetwork()).map((s) => s.operator)).toEqual([0, 1, 2, 4, 8]);
  });

  it('take 1x1 convolutions and fully connected operators through fewer channels, where that is asked for', () => {
    const network = residualNetwork();
    const systems = fakeSystems(1);
    const usual = buildSpace(network, { systems, optimise: 'Performance' });
    expect(usual.sites.map(({ site }) => site.operator)).toEqual([0, 1, 2]);
    const all = buildSpace(network, { systems, optimise: 'Performance', options: ['lowrank*2'] });
    expect(all.sites.map(({ site }) => site.operator)).toEqual([0, 1, 2, 4, 8]);
    const digits = new Uint16Array(all.sites.length + all.groups.length + 1).fill(1, 3, 5);
    const { operators, tensors } = createApplier(all, 'unknown').network(digits).graphs[0];
    const shapes = operators
      .filter(({ kind }) => kind === 'CONV_2D' || kind === 'FULLY_CONNECTED')
      .map(({ kind, inputs, outputs }) => [kind, tensors[inputs[1]!]!.shape, tensors[outputs[0]!]!.shape]);
    expect(shapes.slice(3)).toEqual([
      ['CONV_2D', [2, 1, 1, 8], [1, 16, 16, 2]],
      ['CONV_2D', [20, 1, 1, 2], [1, 16, 16, 20]],
      ['FULLY_CONNECTED', [2, 20], [1, 2]],
      ['FULLY_CONNECTED', [10, 2], [1, 10]],
    ]);
  });

  it('carry the original channels and kernel', () => {
    expect(findSites(residualNetwork())[1]).toEqual({
      operator: 1,
      kernelHeight: 3,
      kernelWidth: 3,
      inputChannels: 8,
      outputChannels: 12,
    });
  });

  it('exclude weights that are computed, floating point and grouped convolutions', () => {
    const b = new NetworkBuilder();
    const x = b.input([1, 8, 8, 4]);
    const w = b.map([8, 3, 3, 4]);
    b.operator('CONV_2D', [x, w, -1], [b.map([1, 8, 8, 8])]);
    const grouped = b.constant([8, 3, 3, 2], 'int8', {});
    b.operator('CONV_2D', [x, grouped, -1], [b.map([1, 8, 8, 8])]);
    const floats = b.constant([8, 3, 3, 4], 'float32', {});
    const y = b.operator('CONV_2D', [x, floats, -1], [b.map([1, 8, 8, 8], 'y', 'float32')]);
    expect(findSites(b.network([y]))).toEqual([]);
  });
});

describe('width groups', () => {
  it('tie what a residual add joins, and follow pooling and a trivial reshape to the classifier', () => {
    expect(summary()).toEqual([
      { operator: 0, operators: [0, 2, 3], channels: 8, frozen: undefined },
      { operator: 1, operators: [1], channels: 12, frozen: undefined },
      { operator: 4, operators: [4, 5, 6, 7], channels: 20, frozen: undefined },
      { operator: 8, operators: [8], channels: 10, frozen: "it holds the network's output" },
    ]);
  });

  it('freeze where a reshape mixes positions and channels', () => {
    const b = new NetworkBuilder();
    const y = b.dense(b.flatten(b.conv(b.input([1, 4, 4, 1]), 8)), 2);
    expect(summary(b.network([y]))[0]).toMatchObject({
      operator: 0,
      frozen: 'RESHAPE mixes positions and channels',
    });
  });

  it('freeze where channels are concatenated, but not where rows are', () => {
    const build = (axis: number, shape: number[]) => {
      const b = new NetworkBuilder();
      const x = b.input([1, 4, 4, 1]);
      const [p, q] = [b.conv(x, 8), b.conv(x, 8)];
      const joined = b.operator('CONCATENATION', [p, q], [b.map(shape)], { axis });
      return summary(b.network([b.conv(joined, 2)]));
    };
    expect(build(3, [1, 4, 4, 16]).map((g) => g.frozen)).toEqual([
      'CONCATENATION joins channels',
      'CONCATENATION joins channels',
      "it holds the network's output",
    ]);
    expect(build(1, [1, 8, 4, 8])[0]).toEqual({
      operator: 0,
      operators: [0, 1, 2],
      channels: 8,
      frozen: undefined,
    });
  });

  it('freeze at operators that are not known to pass channels through', () => {
    const b = new NetworkBuilder();
    const c = b.conv(b.input([1, 4, 4, 1]), 8);
    const y = b.operator('TRANSPOSE', [c, b.constant([4], 'int32', {})], [b.map([1, 4, 8, 4])]);
    expect(summary(b.network([b.conv(y, 2)]))[0]!.frozen).toMatch(/TRANSPOSE/);
  });

  it('freeze where zeros that are added to the channels would change the others', () => {
    const b = new NetworkBuilder();
    const c = b.conv(b.input([1, 4, 4, 1]), 8);
    const y = b.operator('SOFTMAX', [c], [b.map([1, 4, 4, 8])]);
    expect(summary(b.network([b.conv(y, 2)]))[0]!.frozen).toBe('SOFTMAX mixes the channels');
  });

  it('freeze a single channel that is broadcast', () => {
    const b = new NetworkBuilder();
    const x = b.input([1, 4, 4, 2]);
    const [one, many] = [b.conv(x, 1), b.conv(x, 8)];
    const y = b.operator('MUL', [many, one], [b.map([1, 4, 4, 8])]);
    expect(summary(b.network([b.conv(y, 2)]))).toMatchObject([
      { operator: 0, frozen: 'MUL broadcasts its single channel' },
      { operator: 1, operators: [1, 2], frozen: undefined },
      { operator: 3 },
    ]);
  });
});
