import { describe, expect, it } from 'vitest';
import { createApplier } from '../../../search/emit/apply.js';
import { createEvaluator } from '../../../search/evaluate/evaluator.js';
import type { Cost } from '../../../search/evaluate/walk-tasks.js';
import { buildSpace, chooseSystems } from '../../../search/space/build-space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { NetworkBuilder } from '../fixture.js';

const COSTS: readonly Cost[] = [
  { metric: 'cycles_total', sign: 1, most: Infinity, objective: true },
  { metric: 'parameters', sign: 1, most: Infinity, objective: true },
];

describe('a walk', () => {
  it.each(['weights and bias', 'bias'])('counts parameters once that operators share: %s', (what) => {
    const builder = new NetworkBuilder();
    const first = builder.conv(builder.input([1, 8, 8, 8]), 8);
    const second = builder.conv(first, 8);
    const [one, other] = builder.operators;
    const [, weights, bias] = one!.inputs as [number, number, number];
    const inputs = [first, what === 'bias' ? other!.inputs[1]! : weights, bias];
    builder.operators[1] = { ...other!, inputs };
    const space = buildSpace(builder.network([second]), {
      ...{ systems: chooseSystems(['ethos-u55-128'], {}), optimise: 'Performance' },
      file: parseSpaceFile('options: [standard, separable]', 'space.yaml'),
    });
    // Equal weights would not be certain from transitions.
    const own = builder.tensors[other!.inputs[1]!]!.constant!.bytes!;
    own.forEach((_, i) => (own[i] = i % 7));
    const applier = createApplier(space);
    expect(applier.sharesParameters).toBe(true);
    const { visited, digits, objectives } = createEvaluator(space).walk({
      ...{ system: 0, prefix: [], costs: COSTS },
    });
    expect(visited).toBe(4);
    const count = objectives.length / COSTS.length;
    expect(count).toBeGreaterThan(1);
    for (let i = 0; i < count; i++) {
      expect(objectives[2 * i + 1]).toBe(applier.parameters(digits.subarray(3 * i, 3 * i + 3)));
    }
  });
});
