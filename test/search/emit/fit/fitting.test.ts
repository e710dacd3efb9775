import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApplier } from '../../../../search/emit/apply.js';
import { changesOfSpace, digitsOfChange, withUnchanged } from '../../../../search/emit/fit/changes.js';
import { createFitting, whyNotFittable } from '../../../../search/emit/fit/fitting.js';
import { createNoiseMeasure } from '../../../../search/emit/fit/noise.js';
import { emitModel } from '../../../../src/graph/export.js';
import type { Network, Tensor } from '../../../../src/graph/network.js';
import { createInterpreter, type Values } from '../../../../src/run/index.js';
import { selectSamples, type Samples } from '../../../../src/samples/samples.js';
import { writeModel } from '../../../../src/tflite/model.js';
import { litert } from '../../../runtime/litert.js';
import { tfliteHelper } from '../../../runtime/tflite-helper.js';
import { ALL_OPTIONS, randomDesign, spaceOf } from '../emitted.js';
import { branchedModel, loaded } from '../models.js';
import { trialSetup } from '../trial-setup.js';
import { randomNetwork } from '../../substitute/random-network.js';
import { randomNumbers } from '../../substitute/targets.js';

const branched = loaded(branchedModel(), 'branched');
const OPTIONS = [
  'standard',
  'separable',
  'separable*2',
  'separable*2:shifted-relu',
  'lowrank*2',
  'lowrank*3:spatial',
  'lowrank*3:out',
];
const space = spaceOf(branched.network, { options: OPTIONS, widths: [1, 0.75, 0.5] });
const setup = trialSetup(space);

/** What does not depend on values. */
const formOf = ({ graphs: [{ operators, tensors }] }: Network): unknown => ({
  operators,
  tensors: tensors.map(({ quantisation, constant, ...tensor }) => ({
    ...tensor,
    constant: constant?.bytes?.length,
    // Biases have those of the input and the weights, whatever a file states.
    scales: tensor.type === 'int32' ? undefined : quantisation?.scales.length,
    axis: tensor.type !== 'int32' && quantisation!.scales.length > 1 ? quantisation!.axis : undefined,
  })),
});

const randomInputs = ({ graphs: [{ inputs, tensors }] }: Network, count: number, seed: number): Samples => {
  const next = randomNumbers(seed);
  const valuesOf = ({ type, shape }: Tensor): Values => {
    const length = count * shape!.reduce((n, size) => n * size, 1);
    const levels = Array.from({ length }, () => Math.floor(256 * next()) - (type === 'int8' ? 128 : 0));
    return type === 'int8' ? Int8Array.from(levels) : Uint8Array.from(levels);
  };
  return { count, inputs: inputs.map((t) => valuesOf(tensors[t]!)), source: 'random' };
};

describe('fitted networks', () => {
  const fitting = createFitting(space, setup.fit);

  it('are the original where nothing changes', () => {
    expect(fitting.network(digitsOfChange(space))).toBe(branched.network);
  });

  it('have the form of those with plain weights, and the same values each time', () => {
    const plain = createApplier(space);
    const again = createFitting(space, setup.fit);
    const next = randomNumbers(5);
    for (let i = 0; i < 5; i++) {
      const digits = randomDesign(space, next);
      const network = fitting.network(digits);
      const bytes = (n: Network): unknown =>
        n.graphs[0].tensors.map(({ constant, quantisation }) => [constant?.bytes, quantisation]);
      expect(bytes(again.network(digits))).toEqual(bytes(network));
      const reordered = createApplier(space, 'known', { order: (group) => orderOf(group.operator) });
      const map = (applier: typeof plain): unknown => formOf(applier.network(digits));
      expect(map(reordered)).toEqual(map(plain));
      expect(formOf(network)).toEqual(map(plain));
    }
  });

  const orderOf = (operator: number): Int32Array =>
    fitting.order(space.groups.findIndex(({ group }) => group.operator === operator));

  it('have that form for all kinds of layers and types', () => {
    let fitted = 0;
    fc.assert(
      fc.property(fc.nat(10_000), (seed) => {
        const network = randomNetwork(seed);
        const own = spaceOf(network, {
          options: ['standard', ...ALL_OPTIONS.slice(1)],
          widths: [1, 0.5, 1.3],
        });
        fc.pre(whyNotFittable(own) === undefined);
        const made = createFitting(own, randomInputs(network, 12, seed), {
          places: { perEntry: 4, least: 60 },
        });
        const digits = randomDesign(own, randomNumbers(seed));
        const result = made.network(digits);
        expect(formOf(result)).toEqual(formOf(createApplier(own).network(digits)));
        for (const { quantisation } of result.graphs[0].tensors)
          for (const scale of quantisation?.scales ?? [])
            expect(Number.isFinite(scale) && scale > 0).toBe(true);
        createInterpreter(result).run(randomInputs(network, 2, seed).inputs, 2);
        fitted++;
      }),
      { seed: 13, numRuns: 30 },
    );
    expect(fitted).toBeGreaterThan(20);
  });

  it.each([tfliteHelper, litert])('run in a runtime as in the interpreter ($name)', async (runtime) => {
    const next = randomNumbers(9);
    for (let i = 0; i < 4; i++) {
      const network = fitting.network(randomDesign(space, next));
      if (network === branched.network) continue;
      const model = await runtime.load(writeModel(emitModel(branched.model, network)));
      const [output] = network.graphs[0].outputs as [number];
      for (let s = 30; s < 34; s++) {
        const one = selectSamples(setup.fit, [s]);
        const input = one.inputs[0] as Int8Array;
        const [bytes] = await model.run([new Uint8Array(input.buffer, input.byteOffset, input.byteLength)]);
        const own = createInterpreter(network).run(one.inputs, 1)[output] as Int8Array;
        const theirs = new Int8Array(bytes!.buffer, bytes!.byteOffset, bytes!.byteLength);
        const most = own.reduce((m, value, at) => Math.max(m, Math.abs(value - theirs[at]!)), 0);
        // LiteRT's kernels round some sums another way.
        expect(most).toBeLessThanOrEqual(runtime === tfliteHelper ? 0 : 2);
      }
    }
  });

  it('are nearer to the original than those with plain weights', () => {
    const noise = createNoiseMeasure(branched.network, setup.score);
    const plain = createApplier(space);
    const ratios = changesOfSpace(space).map(([change]) => {
      const digits = digitsOfChange(space, change);
      return noise(fitting.network(digits))! / noise(plain.network(digits))!;
    });
    expect(ratios.length).toBeGreaterThan(30);
    const better = ratios.filter((ratio) => ratio < 1).length / ratios.length;
    expect(better).toBeGreaterThan(0.9);
    expect(ratios.sort((a, b) => a - b)[ratios.length >> 1]).toBeLessThan(0.5);
  });

  it('lose next to nothing where channels that are copies of others are left out', () => {
    const copies = withCopies(branched.network);
    const own = spaceOf(copies, { options: ['standard'], group_widths: { 0: [8, 4] } });
    const made = createFitting(own, setup.fit, { ridge: 0.001 });
    const digits = Uint16Array.of(1, 0);
    const noise = createNoiseMeasure(copies, setup.score);
    expect(own.groups).toHaveLength(1);
    // One of each pair.
    expect(new Set([...made.order(0).subarray(0, 4)].map((channel) => channel % 4)).size).toBe(4);
    // What is left is rounding; weights of the largest norms without a fit give another function.
    expect(noise(made.network(digits))).toBeLessThan(0.1);
    expect(noise(createApplier(own).network(digits))).toBeGreaterThan(1);
  });
});

/** The network whose first two convolutions make every channel twice. */
function withCopies(network: Network): Network {
  const [graph, ...others] = network.graphs;
  const tensors = graph.tensors.slice();
  const copied = <T>(list: readonly T[]): T[] => list.map((_, i) => list[i % (list.length / 2)]!);
  for (const { inputs } of graph.operators.slice(0, 2)) {
    for (const t of inputs.slice(1)) {
      const tensor = tensors[t]!;
      const bytes = Uint8Array.from(copied([...tensor.constant!.bytes!]));
      const quantisation = { ...tensor.quantisation!, scales: copied(tensor.quantisation!.scales) };
      tensors[t] = { ...tensor, quantisation, constant: { bytes } };
    }
  }
  return { ...network, graphs: [{ ...graph, tensors }, ...others] };
}

describe('changes of a space', () => {
  it('can be measured where a site has to change', () => {
    const forced = spaceOf(branched.network, { options: ['separable'], widths: [0.5] });
    expect(forced.sites[0]!.options).toEqual(['separable']);
    const whole = withUnchanged(forced);
    expect(whole.sites[0]!.options).toEqual(['separable', 'standard']);
    const fitting = createFitting(whole, setup.fit);
    expect(fitting.network(digitsOfChange(whole))).toBe(branched.network);
  });

  it('of forms that differ in a ReLU are measured once', () => {
    const names = changesOfSpace(space).map((list) =>
      list.map(({ position, digit }) => space.sites[position]?.options[digit]),
    );
    expect(names).toContainEqual(['separable*2', 'separable*2:shifted-relu']);
  });
});

describe('what cannot be fitted', () => {
  it('is named in a sentence', () => {
    const [graph] = branched.network.graphs;
    const unknown = graph.operators.findIndex(({ kind }) => kind === 'CONV_2D');
    const weights = graph.operators[unknown]!.inputs[1]!;
    const tensors = graph.tensors.with(weights, { ...graph.tensors[weights]!, type: 'int16' });
    const reason = whyNotFittable({
      ...space,
      network: { ...branched.network, graphs: [{ ...graph, tensors }] },
    });
    expect(reason).toMatch(/^[^.]+$/);
    expect(whyNotFittable(space)).toBeUndefined();
  });
});
