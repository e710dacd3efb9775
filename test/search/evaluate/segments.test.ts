import { describe, expect, it } from 'vitest';
import { createProgramSource } from '../../../search/evaluate/programs.js';
import { findSegments, type Segmentation } from '../../../search/evaluate/segments.js';
import { trialDesigns } from '../../../search/evaluate/trial-designs.js';
import { radicesOf, type Space } from '../../../search/space/space.js';
import { createApplier } from '../../../search/emit/apply.js';
import { createEstimator } from '../../../src/estimate/estimate.js';
import type { Program } from '../../../src/schedule/program.js';
import { spaceOf } from '../../../bench/space.js';
import { NetworkBuilder, smallSpace } from '../fixture.js';
import { sharingOf } from '../../../src/schedule/weight-use.js';

const segmentationOn = (space: Space, accelerator: string): Segmentation => {
  const applier = createApplier(space, 'unknown');
  const estimator = createEstimator();
  const source = createProgramSource(space, (digits) =>
    estimator.compile(applier.network(digits), accelerator),
  );
  expect(source.pieces).toBeDefined();
  return source.segmentation;
};

const operatorsOf = ({ segments }: Segmentation): number[][] => segments.map((s) => [...s.operators]);

/** Operations by their operators: the primary, then those that are fused or chained onto it. */
const programOf = (...ops: number[][]): Program => ({
  name: 'program',
  traits: { kind: 'quantised', integerWeights: false, dynamicBatch: false },
  ops: ops.map(([origin, ...subs]) => ({
    lowered: { origin, subs: subs.map((sub) => ({ origin: sub, subs: [] })) },
  })) as unknown as Program['ops'],
  tensors: [],
  sharing: sharingOf([]),
  before: [],
});

describe('segments of the residual network', () => {
  // conv 0, conv 1, conv 2, add 3 (with conv 0), conv 4, depthwise 5, pool 6, reshape 7, dense 8.
  const space = smallSpace('residual');
  const positions = (accelerator: string): number[][] =>
    segmentationOn(space, accelerator).segments.map((s) => [...s.positions]);

  it('are the operators on Ethos-U55, and the reshape that vanishes goes with what it reads', () => {
    expect(operatorsOf(segmentationOn(space, 'ethos-u55-128'))).toEqual([
      [0],
      [1],
      [2],
      [3],
      [4],
      [5],
      [6, 7],
      [8],
    ]);
  });

  it('hold a convolution and the addition that is chained onto it on Ethos-U85', () => {
    expect(operatorsOf(segmentationOn(space, 'ethos-u85-256'))).toContainEqual([2, 3]);
  });

  it('depend on their sites and the widths they touch, never on the system', () => {
    // Sites 0 to 2 are the 3×3 convolutions; then the groups of conv 0 (with 2 and 3), conv 1 and conv 4.
    expect(space.groups.map(({ group }) => group.operator)).toEqual([0, 1, 4]);
    expect(positions('ethos-u55-128')).toEqual([[0, 3], [1, 3, 4], [2, 3, 4], [3], [3, 5], [5], [5], [5]]);
    expect(positions('ethos-u85-256')).toEqual([[0, 3], [1, 3, 4], [2, 3, 4], [3, 5], [5], [5], [5]]);
    expect(radicesOf(space)).toHaveLength(7);
  });

  it('depend on the sites of all operators that share their weights', () => {
    const b = new NetworkBuilder();
    const first = b.conv(b.input([1, 8, 8, 6]), 6);
    const between = b.conv(first, 6);
    const { inputs, options } = b.operators[0]!;
    const last = b.operator('CONV_2D', [between, ...inputs.slice(1)], [b.map(b.shapeOf(between))], options);
    const sharing = spaceOf(
      b.network([last]),
      [{ accelerator: 'ethos-u55-128' }],
      'options: [standard, separable]\n',
    );
    const { segments } = segmentationOn(sharing, 'ethos-u55-128');
    expect(segments.map((s) => s.positions)).toEqual([[0, 2], [1], [0, 2]]);
  });
});

describe('segments of programs', () => {
  const space = smallSpace('programs');
  const segments = (...programs: Program[]): number[][] => operatorsOf(findSegments(space, programs));
  const plain = programOf([0], [1], [2], [3], [4], [5], [6], [7], [8]);

  it('join what is fused in any design', () => {
    expect(segments(plain, programOf([0], [1], [2, 3], [4], [5], [6], [7], [8]))).toEqual([
      [0],
      [1],
      [2, 3],
      [4],
      [5],
      [6],
      [7],
      [8],
    ]);
  });

  it('join all that stands between the operations of one operator', () => {
    expect(segments(plain, programOf([0], [1], [2], [1], [3], [4], [5], [6], [7], [8]))).toEqual([
      [0],
      [1, 2],
      [3],
      [4],
      [5],
      [6],
      [7],
      [8],
    ]);
  });

  it('join what changes its order', () => {
    expect(segments(plain, programOf([0], [3], [1], [2], [4], [5], [7], [6], [8]))).toEqual([
      [0],
      [1, 2, 3],
      [4],
      [5],
      [6, 7],
      [8],
    ]);
  });

  it('have operators that some designs do not need with the one whose result they read', () => {
    expect(segments(plain, programOf([0], [1], [2], [4], [5], [6], [8]))).toEqual([
      [0],
      [1],
      [2, 3],
      [4],
      [5],
      [6, 7],
      [8],
    ]);
  });

  it('hold every operator of a network without operations', () => {
    expect(segments(programOf())).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8]]);
  });

  it('own operations of no operator together with those before them', () => {
    const { segmentsOf, crosses } = findSegments(space, [plain]);
    expect([...segmentsOf(programOf([-1], [0], [1], [-1], [2]))]).toEqual([0, 0, 1, 1, 2]);
    expect(crosses(programOf([0], [1, 2]))).toBe(true);
    expect(crosses(plain)).toBe(false);
  });
});

describe('programs of very many operations', () => {
  it('are not kept to be put together: each design is compiled as a whole, once in a row', () => {
    const space = smallSpace('large');
    const ops = Array.from({ length: 20_000 }, (_, i) => [Math.floor(i / 2500)]);
    const program = programOf(...ops, [8]);
    let compilations = 0;
    const source = createProgramSource(space, () => {
      compilations++;
      return program;
    });
    expect(source.pieces).toBeUndefined();
    expect(compilations).toBeLessThanOrEqual(3);
    compilations = 0;
    for (const digits of [
      [0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 1],
      [1, 0, 0, 0, 0, 0, 0],
    ])
      source.program(digits);
    expect(compilations).toBe(2);
    expect(operatorsOf(source.segmentation)).toHaveLength(9);
  });
});

describe('trial designs', () => {
  it('are all different, the unchanged one first', () => {
    const designs = trialDesigns(smallSpace('trials')).map((digits) => digits.join());
    expect(new Set(designs).size).toBe(designs.length);
    expect(designs[0]).toBe('0,0,0,0,0,0,0');
  });
});
