import fc from 'fast-check';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { buildSpace } from '../../../search/space/build-space.js';
import { createEvaluator } from '../../../search/evaluate/evaluator.js';
import { SEGMENT_FIGURE_COUNT, figuresOf, type DesignFigures } from '../../../search/evaluate/figures.js';
import { SEGMENT_FIGURES } from '../../../search/evaluate/figures.js';
import { createProgramSource } from '../../../search/evaluate/programs.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { radicesOf, type Space } from '../../../search/space/space.js';
import { createApplier } from '../../../search/emit/apply.js';
import type { Values } from '../../../search/substitute/substitution.js';
import { chooseSystem } from '../../../search/space/systems.js';
import { createEstimator } from '../../../src/estimate/estimate.js';
import { loadNetwork } from '../../../src/graph/load.js';
import type { Network } from '../../../src/graph/network.js';
import { anyNetwork } from '../../estimate/random-networks.js';
import { sharedDir } from '../../shared.js';
import { formOf } from '../../../search/evaluate/forms.js';
import { fvpEstimate, type FvpEstimate } from '../../../src/fvp/fvp.js';
import { NetworkBuilder, residualNetwork } from '../fixture.js';

/** Designs that are evaluated before figures are compared. */
const SEEN = 25;

const ACCELERATORS = ['ethos-u55-128', 'ethos-u65-512', 'ethos-u85-256'];

const spaceOf = (network: Network, options: string): Space =>
  buildSpace(network, {
    systems: ACCELERATORS.map((accelerator) => chooseSystem({ accelerator })),
    optimise: 'Performance',
    file: parseSpaceFile(`options: ${options}\nwidths: [0.6, 1, 1.3]\n`, 'space.yaml'),
  });

/** Random designs of a space on one of its systems. */
function designs(space: Space, system: number, count: number, seed: number): Uint16Array[] {
  const rng = xoroshiro128plus(seed);
  return Array.from({ length: count }, () =>
    Uint16Array.from(radicesOf(space), (radix, position) =>
      position === space.sites.length + space.groups.length ? system : uniformInt(rng, 0, radix - 1),
    ),
  );
}

/** The design's figures from a compilation of its whole network. */
function wholeFigures(space: Space, values: Values): (digits: Uint16Array) => DesignFigures {
  const applier = createApplier(space, values);
  const estimator = createEstimator();
  return (digits) => {
    const { system } = space.systems[digits.at(-1)!]!;
    const program = estimator.compile(applier.network(digits), system.accelerator);
    const evaluation = estimator.evaluate(program, system, { optimise: space.optimise });
    const { cycles, low, high } = fvpEstimate(evaluation, space.fvp) as FvpEstimate;
    return {
      ...figuresOf(evaluation),
      ...{ cycles_fvp: cycles, cycles_fvp_low: low, cycles_fvp_high: high },
    };
  };
}

/** What parts make of a design: sums, and the largest of what is no sum. */
const combined = (parts: Float64Array): Record<string, number> =>
  Object.fromEntries(
    SEGMENT_FIGURES.map((name, figure) => {
      const values = Array.from(
        { length: parts.length / SEGMENT_FIGURE_COUNT },
        (_, s) => parts[s * SEGMENT_FIGURE_COUNT + figure]!,
      );
      const value =
        name === 'sram_memory_used_bytes' ? Math.max(...values) : values.reduce((a, b) => a + b, 0);
      return [name, formOf(name).settle(value)];
    }),
  );

/**
 * Expects figures and sums of parts to be those of whole compilations, when most pieces have been seen in other
 * designs.
 */
function check(space: Space, values: Values, count: number, seed: number): void {
  const evaluator = createEvaluator(space, values);
  const whole = wholeFigures(space, values);
  ACCELERATORS.forEach((_, system) => {
    const { length } = evaluator.segments(system);
    const [seen, fresh] = [designs(space, system, SEEN, seed), designs(space, system, count, seed + 1)];
    for (const design of seen) evaluator.evaluate(design);
    for (const design of fresh) {
      const figures = evaluator.evaluate(design);
      expect(figures).toEqual(whole(design));
      const parts = evaluator.segmentFigures(design);
      expect(parts).toHaveLength(length * SEGMENT_FIGURE_COUNT);
      expect(figures).toMatchObject(combined(parts));
    }
    const operators = evaluator.segments(system).flatMap((segment) => segment.operators);
    expect([...operators].sort((a, b) => a - b)).toEqual([...space.network.graphs[0].operators.keys()]);
  });
}

/**
 * Evaluates random designs and counts those that were put together from pieces of others.
 *
 * @returns undefined where every design is compiled as a whole
 */
function countComposed(space: Space, accelerator: string, seed: number): number | undefined {
  const applier = createApplier(space, 'unknown');
  const estimator = createEstimator();
  let compilations = 0;
  const source = createProgramSource(space, (digits) => {
    compilations++;
    return estimator.compile(applier.network(digits), accelerator);
  });
  if (source.pieces === undefined) return undefined;
  compilations = 0;
  const drawn = designs(space, 0, SEEN, seed);
  for (const design of drawn) source.program(design);
  return drawn.length - compilations;
}

const OPTIONS = '[standard, separable, "separable*2"]';

describe('designs of random networks', () => {
  it.each(['mixed', 'tall', 'deep'] as const)('have the figures of whole compilations: %s', (form) => {
    fc.assert(
      fc.property(anyNetwork({ form, maxSteps: 9 }), fc.nat(), (network, seed) => {
        check(spaceOf(network, OPTIONS), 'known', 3, seed + 1);
      }),
      { seed: 1, numRuns: 8 },
    );
  });

  it('are put together from pieces', () => {
    let composed = 0;
    fc.assert(
      fc.property(anyNetwork(), fc.constantFrom(...ACCELERATORS), (network, accelerator) => {
        const count = countComposed(spaceOf(network, '[standard, separable]'), accelerator, 1);
        expect(count).toBeDefined();
        composed += count ?? 0;
      }),
      { seed: 2, numRuns: 30 },
    );
    expect(composed).toBeGreaterThan((30 * SEEN) / 2);
  });

  it('have parts whose MACs depend on nothing but their positions', () => {
    const macs = SEGMENT_FIGURES.indexOf('nn_macs');
    fc.assert(
      fc.property(anyNetwork({ maxSteps: 6 }), fc.nat(), (network, seed) => {
        const space = spaceOf(network, OPTIONS);
        const evaluator = createEvaluator(space, 'unknown');
        const drawn = designs(space, 0, 6, seed + 1);
        const parts = drawn.map((design) => evaluator.segmentFigures(design));
        evaluator.segments(0).forEach(({ positions }, s) => {
          const known = new Map<string, number>();
          drawn.forEach((design, i) => {
            const key = positions.map((position) => design[position]).join();
            const value = parts[i]![s * SEGMENT_FIGURE_COUNT + macs]!;
            expect(known.get(key) ?? value).toBe(value);
            known.set(key, value);
          });
        });
      }),
      { seed: 3, numRuns: 20 },
    );
  });
});

describe('designs of unusual networks', () => {
  it('with weights that two convolutions share', () => {
    const b = new NetworkBuilder();
    const first = b.conv(b.input([1, 12, 12, 8]), 8);
    const [, weights, bias] = b.operators[0]!.inputs as [number, number, number];
    const { options } = b.operators[0]!;
    const second = b.operator('CONV_2D', [first, weights, bias], [b.map([1, 12, 12, 8])], options);
    const third = b.operator('CONV_2D', [second, weights, bias], [b.map([1, 12, 12, 8])], options);
    const space = spaceOf(b.network([b.conv(b.add(third, first), 12)]), '[standard, separable]');
    for (const accelerator of ACCELERATORS) expect(countComposed(space, accelerator, 1)).toBeDefined();
    check(space, 'known', 6, 1);
    check(space, 'unknown', 6, 1);
  });

  it('of several graphs, whose programs are compiled as a whole', () => {
    const [main, other] = [residualNetwork(), new NetworkBuilder()];
    const { graphs } = other.network([other.conv(other.input([1, 8, 8, 3]), 8)]);
    const space = spaceOf({ name: 'two', graphs: [...main.graphs, ...graphs] }, '[standard, separable]');
    for (const accelerator of ACCELERATORS) expect(countComposed(space, accelerator, 1)).toBeUndefined();
    check(space, 'unknown', 6, 1);
    expect(createEvaluator(space, 'unknown').segments(0)).toHaveLength(8);
  });

  it('with operators on the CPU', () => {
    const b = new NetworkBuilder();
    const x = b.conv(b.input([1, 12, 12, 3]), 8);
    const root = b.operator('SQRT', [x], [b.map([1, 12, 12, 8])]);
    const space = spaceOf(b.network([b.conv(b.conv(root, 12), 8)]), '[standard, separable]');
    check(space, 'unknown', 6, 1);
    const evaluator = createEvaluator(space, 'unknown');
    const cpu = SEGMENT_FIGURES.indexOf('cpu_operators');
    const parts = evaluator.segmentFigures(new Uint16Array(radicesOf(space).length));
    expect(evaluator.segments(0).map((_, s) => parts[s * SEGMENT_FIGURE_COUNT + cpu])).toEqual([0, 1, 0, 0]);
  });
});

const MODELS = [
  'resnet8_int8',
  'kws_ref_int8',
  'vww_96_int8',
  'person_detect',
  'ad01_int8',
  'micro_speech',
  'mobilenet_v1_0.25_128_quant',
  'mobilenet_v2_1.0_224_quant',
  'story_standard',
  'story_separable_linear',
];

describe.skipIf(sharedDir === undefined)('designs of real networks', () => {
  it.each(MODELS)('have the figures of whole compilations: %s', (model) => {
    const { network } = loadNetwork(`${sharedDir}/models/${model}.tflite`);
    const space = spaceOf(network, '[standard, separable]');
    for (const accelerator of ACCELERATORS) expect(countComposed(space, accelerator, 1)).toBeDefined();
    check(space, 'unknown', 3, 1);
  });

  it('with weights that are known', () => {
    const { network } = loadNetwork(`${sharedDir}/models/resnet8_int8.tflite`);
    check(spaceOf(network, '[standard, separable]'), 'known', 3, 2);
  });
});
