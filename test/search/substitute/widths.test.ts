import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSpace } from '../../../search/space/build-space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { countDesigns, digitsAt, type Digits, type Space } from '../../../search/space/space.js';
import { createApplier, parametersOf } from '../../../search/emit/apply.js';
import { findSubstitution, STANDARD } from '../../../search/substitute/index.js';
import { realWeights } from '../../../search/substitute/real-weights.js';
import type { Network, Operator, Tensor } from '../../../src/graph/network.js';
import { checkConsistent } from '../consistent.js';
import { fakeSystems } from '../fixture.js';
import { randomNetwork } from './random-network.js';
import { runNetwork } from './run-network.js';

const seed = 11;

const spaceOf = (network: Network, yaml: string): Space =>
  buildSpace(network, {
    systems: fakeSystems(1),
    optimise: 'Performance',
    file: parseSpaceFile(yaml, 'space.yaml'),
  });

const WEIGHTED = ['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED'];

/** Checks designs of random networks. */
const check = (yaml: string, numRuns: number, holds: (space: Space, digits: Digits) => void): void => {
  const networks = fc.integer({ min: 1, max: 5000 });
  const indices = fc.bigInt({ min: 0n, max: 1n << 60n });
  fc.assert(
    fc.property(networks, indices, (number, index) => {
      const space = spaceOf(randomNetwork(number), yaml);
      holds(space, digitsAt(space, index % countDesigns(space)));
    }),
    { seed, numRuns },
  );
};

/** Real weights by [output][kernel position][input]; depthwise filters have one input. */
const filtersOf = (operator: Operator, weights: Tensor): number[][][] => {
  const values = realWeights(weights)!;
  const shape = weights.shape!;
  const depthwise = operator.kind === 'DEPTHWISE_CONV_2D';
  const outputs = depthwise ? shape.at(-1)! : shape[0]!;
  const inputs = depthwise ? 1 : shape.at(-1)!;
  const positions = values.length / outputs / inputs;
  return Array.from({ length: outputs }, (_, o) =>
    Array.from({ length: positions }, (_, p) =>
      Array.from({ length: inputs }, (_, i) =>
        depthwise ? values[p * outputs + o]! : values[(o * positions + p) * inputs + i]!,
      ),
    ),
  );
};

const square = (filter: readonly (readonly number[])[]): number =>
  filter.flat().reduce((sum, value) => sum + value * value, 0);

/** Channels of the design's groups that are kept, found the plain way: the weakest goes until few enough are left. */
const keptPlainly = (space: Space, digits: Digits): Map<number, number[]> => {
  const { operators, tensors } = space.network.graphs[0];
  const kept = new Map<number, number[]>();
  space.groups.forEach(({ group, widths }, g) => {
    const shares = new Array<number>(group.channels).fill(0);
    for (const operator of operators) {
      if (!WEIGHTED.includes(operator.kind) || !group.tensors.includes(operator.outputs[0]!)) continue;
      filtersOf(operator, tensors[operator.inputs[1]!]!).forEach((f, o) => (shares[o]! += square(f)));
    }
    let channels = shares.map((_, c) => c);
    while (channels.length > widths[digits[space.sites.length + g]!]!) {
      const weakest = channels.reduce((w, c) => (shares[c]! <= shares[w]! ? c : w), channels[0]!);
      channels = channels.filter((c) => c !== weakest);
    }
    for (const t of group.tensors) kept.set(t, channels);
  });
  return kept;
};

/** Kept channels of a feature map, those of the original, and how many the design has. */
const channelsOf = (space: Space, digits: Digits, kept: Map<number, number[]>, t: number) => {
  const all = Array.from({ length: space.network.graphs[0].tensors[t]!.shape!.at(-1)! }, (_, c) => c);
  const g = space.groups.findIndex(({ group }) => group.tensors.includes(t));
  const width = g < 0 ? all.length : space.groups[g]!.widths[digits[space.sites.length + g]!]!;
  return { own: kept.get(t) ?? all, padded: Math.max(0, width - all.length) };
};

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

describe('width groups', () => {
  it('lose the channels with the least retained, in every tensor alike, and gain zeros', () => {
    check('{options: [standard], widths: [1, 0.3, 0.6, 1.4]}', 80, (space, digits) => {
      const network = createApplier(space).network(digits);
      checkConsistent(network);
      const kept = keptPlainly(space, digits);
      const { tensors } = space.network.graphs[0];
      const changed = network.graphs[0];
      space.network.graphs[0].operators.forEach((operator, index) => {
        const now = changed.operators[index]!;
        const y = channelsOf(space, digits, kept, operator.outputs[0]!);
        const x = channelsOf(space, digits, kept, operator.inputs[0]!);
        if (WEIGHTED.includes(operator.kind)) {
          const before = filtersOf(operator, tensors[operator.inputs[1]!]!);
          const depthwise = operator.kind === 'DEPTHWISE_CONV_2D';
          const row = (values: readonly number[]): number[] =>
            depthwise ? [...values] : [...x.own.map((i) => values[i]!), ...zeros(x.padded)];
          const none = before[0]!.map(() => zeros(depthwise ? 1 : x.own.length + x.padded));
          expect(filtersOf(now, changed.tensors[now.inputs[1]!]!)).toEqual([
            ...y.own.map((o) => before[o]!.map(row)),
            ...Array.from({ length: y.padded }, () => none),
          ]);
          const biasOf = (t: Tensor) => new Int32Array(t.constant!.bytes!.slice().buffer);
          const bias = biasOf(tensors[operator.inputs[2]!]!);
          expect([...biasOf(changed.tensors[now.inputs[2]!]!)]).toEqual([
            ...y.own.map((o) => bias[o]!),
            ...zeros(y.padded),
          ]);
        } else if (operator.kind === 'MUL' || operator.kind === 'PRELU') {
          const factors = realWeights(tensors[operator.inputs[1]!]!)!;
          const values = realWeights(changed.tensors[now.inputs[1]!]!)!;
          expect([...values.subarray(0, y.own.length)]).toEqual(y.own.map((c) => factors[c]!));
        }
      });
    });
  });

  it('keep of a smaller width a part of what a larger one keeps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (number) => {
        const network = randomNetwork(number);
        const space = spaceOf(network, '{sites: [], widths: {multiple_of: 1, from: 0.1, to: 1}}');
        const applier = createApplier(space);
        const [first] = space.groups;
        const { operator } = first!.group;
        const filters = first!.widths.map((_, digit) => {
          const [graph] = applier.network(new Uint16Array(space.groups.length + 1).with(0, digit)).graphs;
          const op = graph.operators[operator]!;
          return filtersOf(op, graph.tensors[op.inputs[1]!]!).map((f) => f.join());
        });
        filters.sort((a, b) => b.length - a.length);
        for (let i = 1; i < filters.length; i++) {
          const places = filters[i]!.map((filter) => filters[i - 1]!.indexOf(filter));
          expect(places).not.toContain(-1);
          expect(places).toEqual([...places].sort((a, b) => a - b));
        }
      }),
      { seed, numRuns: 20 },
    );
  });

  it('compute the same where they only gain channels', () => {
    check('{options: [standard], widths: [1, 1.3, 2]}', 60, (space, digits) => {
      const widened = createApplier(space).network(digits);
      checkConsistent(widened);
      const [expected, found] = [space.network, widened].map((network) => runNetwork(network, 3));
      found!.forEach((value, i) => expect(value).toBeCloseTo(expected![i]!, 9));
      expect(found).toHaveLength(expected!.length);
    });
  });
});

const ALL =
  '{options: [standard, separable, "separable*4", "separable:shifted-relu", "lowrank*2", "lowrank*3:spatial", "lowrank*3:out"], widths: [1, 0.3, 0.6, 1.4]}';

describe('retained weights', () => {
  it('is what lies in kept channels, times what a substitution keeps of that', () => {
    check(ALL, 60, (space, digits) => {
      const applier = createApplier(space);
      const network = applier.network(digits);
      checkConsistent(network);
      expect(applier.parameters(digits)).toBe(parametersOf(network));
      const kept = keptPlainly(space, digits);
      const { operators, tensors } = space.network.graphs[0];
      let product = 1;
      operators.forEach((operator, index) => {
        let expected = 1;
        if (WEIGHTED.includes(operator.kind)) {
          const filters = filtersOf(operator, tensors[operator.inputs[1]!]!);
          const y = channelsOf(space, digits, kept, operator.outputs[0]!);
          const x = channelsOf(space, digits, kept, operator.inputs[0]!);
          const depthwise = operator.kind === 'DEPTHWISE_CONV_2D';
          const left = y.own.map((o) => filters[o]!.map((p) => (depthwise ? p : x.own.map((i) => p[i]!))));
          const norm = (all: readonly (readonly (readonly number[])[])[]): number =>
            all.reduce((sum, f) => sum + square(f), 0);
          expected = norm(left) / norm(filters);
          const site = space.sites.findIndex((s) => s.site.operator === index);
          const option = space.sites[site]?.options[digits[site]!] ?? STANDARD;
          if (option !== STANDARD) {
            // The plain network with the same widths has the weights that are decomposed.
            const plain = createApplier(space).network(
              Uint16Array.from(digits, (d, i) => (i < space.sites.length ? 0 : d)),
            );
            const [graph] = plain.graphs;
            const now = graph.operators[index]!;
            expected *= findSubstitution(option)!.retained({
              operator: now,
              ifm: graph.tensors[now.inputs[0]!]!,
              ofm: graph.tensors[now.outputs[0]!]!,
              weights: graph.tensors[now.inputs[1]!]!,
              bias: graph.tensors[now.inputs[2]!],
            });
          }
        }
        const { before, after } = applier.operatorWeights(index, digits).retained;
        expect(before).toBeCloseTo(expected, 10);
        expect(after).toBeGreaterThan(-1e-12);
        expect(after).toBeLessThanOrEqual(1);
        product *= before;
      });
      const retained = applier.retained(digits);
      expect(retained.before).toBe(product);
      expect(retained.after).toBeCloseTo(retained.before, 1);
    });
  });

  it('does not depend on what was asked before, nor, before quantisation, on whether values are made', () => {
    const space = spaceOf(randomNetwork(4), ALL);
    const [used, unknown] = [createApplier(space), createApplier(space, 'unknown')];
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: countDesigns(space) - 1n }), (index) => {
        const digits = digitsAt(space, index);
        const retained = used.retained(digits);
        expect(createApplier(space).retained(digits)).toEqual(retained);
        expect(unknown.retained(digits).before).toBeCloseTo(retained.before, 12);
        const replaced = space.sites.some((_, s) => digits[s]! > 0);
        expect(unknown.retained(digits).after).toEqual(replaced ? NaN : retained.after);
        for (const tensor of unknown.network(digits).graphs[0].tensors) {
          const original = space.network.graphs[0].tensors.includes(tensor);
          if (!original && tensor.constant !== undefined && tensor.shape!.length === 4) {
            expect(tensor.constant.bytes).toBeUndefined();
          }
        }
        expect(unknown.parameters(digits)).toBe(used.parameters(digits));
      }),
      { seed, numRuns: 40 },
    );
  });

  it('is exactly 1 where nothing is lost', () => {
    const space = spaceOf(randomNetwork(4), '{options: [standard], widths: [1, 1.5]}');
    for (let i = 0n; i < countDesigns(space); i++) {
      expect(createApplier(space).retained(digitsAt(space, i))).toEqual({ before: 1, after: 1 });
    }
  });

  it('is not known where weights that are narrowed, or a ReLU that is added, are not', () => {
    const network = randomNetwork(4);
    const [graph] = network.graphs;
    const first = graph.operators[0]!.inputs[1]!;
    const tensors = graph.tensors.map((tensor, t) => (t === first ? { ...tensor, constant: {} } : tensor));
    const space = spaceOf(
      { ...network, graphs: [{ ...graph, tensors }] },
      '{sites: [0], options: [standard, "separable:relu"], group_widths: {0: [1]}}',
    );
    const at = (site: number) => createApplier(space).retained([site, 0, 0]);
    expect(at(0)).toEqual({ before: NaN, after: NaN });
    expect(at(1)).toEqual({ before: NaN, after: NaN });
  });
});
