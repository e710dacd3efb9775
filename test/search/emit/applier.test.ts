import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSpace } from '../../../search/space/build-space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { allDesigns, countDesigns, digitsAt, type Space } from '../../../search/space/space.js';
import { createApplier, parametersOf } from '../../../search/emit/apply.js';
import type { Network, Operator, Tensor } from '../../../src/graph/network.js';
import { checkConsistent } from '../consistent.js';
import { fakeSystems, NetworkBuilder, residualNetwork } from '../fixture.js';

const seed = 5;
const ALL = '{options: [standard, separable, "separable:relu"], widths: [0.5, 1, 1.5]}';

const spaceOf = (yaml: string, network = residualNetwork()): Space =>
  buildSpace(network, {
    systems: fakeSystems(1),
    optimise: 'Performance',
    file: parseSpaceFile(yaml, 'space.yaml'),
  });

const tensor = (network: Network, index: number | undefined): Tensor => network.graphs[0].tensors[index!]!;

const kinds = (network: Network): string[] => network.graphs[0].operators.map((op: Operator) => op.kind);

describe('applying a design', () => {
  it('gives the very network where nothing changes', () => {
    const space = spaceOf(ALL);
    expect(createApplier(space).network(digitsAt(space, 0n))).toBe(space.network);
  });

  it('keeps the network consistent, and counts parameters', () => {
    const space = spaceOf(ALL);
    const applier = createApplier(space);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: countDesigns(space) - 1n }), (index) => {
        const digits = digitsAt(space, index);
        const network = applier.network(digits);
        checkConsistent(network);
        expect(applier.parameters(digits)).toBe(parametersOf(network));
      }),
      { seed, numRuns: 200 },
    );
  });

  it('does not depend on what was applied before', () => {
    const space = spaceOf(ALL);
    const designs = allDesigns(space);
    const used = createApplier(space);
    for (let i = 0; i < designs.count; i += 37) used.network(digitsAt(space, BigInt(i)));
    for (const i of [5n, 77n, 700n]) {
      expect(used.network(digitsAt(space, i))).toEqual(createApplier(space).network(digitsAt(space, i)));
    }
  });

  it('shares what did not change', () => {
    const space = spaceOf('{sites: [1]}');
    const network = createApplier(space).network([1, 0]);
    const [before, after] = [space.network.graphs[0], network.graphs[0]];
    expect(kinds(network).slice(0, 4)).toEqual(['CONV_2D', 'DEPTHWISE_CONV_2D', 'CONV_2D', 'CONV_2D']);
    expect(after.operators[0]).toBe(before.operators[0]);
    expect(after.operators.at(-1)).toBe(before.operators.at(-1));
    expect(after.operators.map((op) => op.origin)).toEqual([0, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('cuts and pads constants of elementwise operators; weights are left open where values are not asked for', () => {
    const b = new NetworkBuilder();
    const x = b.conv(b.input([1, 4, 4, 3]), 4);
    const scale = b.constant([4], 'int8', { bytes: Uint8Array.of(1, 2, 3, 4) });
    const y = b.operator('MUL', [x, scale], [b.map([1, 4, 4, 4])]);
    const space = spaceOf('{sites: [], group_widths: {0: [2, 6]}}', b.network([b.conv(y, 2)]));
    const { network } = createApplier(space, 'unknown');
    const bytes = (width: number) => tensor(network([width, 0]), scale).constant!.bytes;
    expect(bytes(0)).toEqual(Uint8Array.of(1, 2));
    expect(bytes(1)).toEqual(Uint8Array.of(1, 2, 3, 4, 4, 4));
    expect(
      tensor(network([0, 0]), space.network.graphs[0].operators[0]!.inputs[1]).constant!.bytes,
    ).toBeUndefined();
  });

  it('leaves constants that other operators use as they are', () => {
    const b = new NetworkBuilder();
    const x = b.input([1, 4, 4, 3]);
    const first = b.conv(x, 4);
    const [, w, bias] = b.operators[0]!.inputs as [number, number, number];
    const second = b.operator('CONV_2D', [x, w, bias], [b.map([1, 4, 4, 4])], b.operators[0]!.options);
    const network = b.network([b.conv(first, 2), b.conv(second, 2)]);
    const space = spaceOf('{sites: [1], group_widths: {0: [2, 4]}}', network);
    const applier = createApplier(space);
    for (const digits of [
      [0, 1, 0],
      [1, 0, 0],
      [1, 1, 0],
    ]) {
      const changed = applier.network(digits);
      checkConsistent(changed);
      expect(applier.parameters(digits)).toBe(parametersOf(changed));
    }
  });
});

describe('separable', () => {
  const apply = (option: string) => {
    const b = new NetworkBuilder();
    const x = b.input([1, 9, 9, 3]);
    const y = b.conv(x, 8, 3, 2, 'RELU6');
    const space = spaceOf(`{options: [standard, "${option}"]}`, b.network([y]));
    return createApplier(space).network([1, 0]);
  };

  it('has a linear depthwise with the kernel and stride, then a 1x1 with the activation', () => {
    const network = apply('separable');
    const [depthwise, pointwise] = network.graphs[0].operators as [Operator, Operator];
    expect(depthwise.options).toEqual({
      padding: 'SAME',
      stride_w: 2,
      stride_h: 2,
      depth_multiplier: 1,
      fused_activation_function: 'NONE',
      dilation_w_factor: 1,
      dilation_h_factor: 1,
    });
    expect(tensor(network, depthwise.inputs[1]).shape).toEqual([1, 3, 3, 3]);
    expect(tensor(network, depthwise.outputs[0]).shape).toEqual([1, 5, 5, 3]);
    expect(pointwise.inputs[0]).toBe(depthwise.outputs[0]);
    expect(tensor(network, pointwise.inputs[1]).shape).toEqual([8, 1, 1, 3]);
    expect(pointwise.options).toMatchObject({ stride_w: 1, stride_h: 1, fused_activation_function: 'RELU6' });
    expect(pointwise.outputs).toEqual(network.graphs[0].outputs);
    // 27 + 3 of the depthwise, 24 + 8 of the 1×1.
    expect(parametersOf(network)).toBe(62);
  });

  it('fuses a ReLU into the depthwise as :relu', () => {
    const network = apply('separable:relu');
    const [depthwise] = network.graphs[0].operators as [Operator];
    expect(depthwise.options['fused_activation_function']).toBe('RELU');
    expect(tensor(network, depthwise.outputs[0]).quantisation!.zeroPoints).toEqual([-128]);
  });
});
