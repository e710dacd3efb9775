import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ElementType, Network } from '../../src/graph/network.js';
import type { LoweredOp } from '../../src/lowering/operations.js';
import type { LoweringFamily } from '../../src/lowering/target.js';
import { lowerFor, rowsOf } from './goldens.js';
import { NetworkDraft } from './networks.js';

const FAMILIES: readonly LoweringFamily[] = ['u55', 'u65', 'u85'];

/** A reduction of a graph input; without `keeps` the axes vanish. */
function reduction(
  kind: string,
  shape: readonly number[],
  axes: readonly number[],
  keeps = false,
  type: ElementType = 'int8',
): Network {
  const n = new NetworkDraft();
  const ofm = keeps
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));
  const x = n.input(shape, { type, name: 'x' });
  return n.network([
    n.operator(kind, [x, n.parameter(axes)], [n.tensor(ofm, { type, name: 'o' })], { keep_dims: keeps }),
  ]);
}

const names = (ops: readonly LoweredOp[]): string[] => ops.map((op) => op.ofms[0]!.tensor.name);
const kinds = (ops: readonly LoweredOp[]): string[] => ops.map(({ kind }) => kind);

describe('REDUCE_MAX and its like', () => {
  it('write the OFM in the shape of the file', () => {
    const [op] = lowerFor(reduction('REDUCE_MAX', [1, 8, 10, 12], [2]), 'u55');
    expect(op!.ifms[0]!.shape).toEqual([1, 8, 10, 12]);
    expect(op!.ofms[0]!.shape).toEqual([1, 1, 8, 12]);
    expect(op!.kernel).toMatchObject({ height: 1, width: 10 });
  });

  it('see IFM and OFM each around the axis that the hardware does not reduce', () => {
    const [op] = lowerFor(reduction('REDUCE_MAX', [1, 8, 10, 12], [3]), 'u85');
    expect(op!.ifms[0]!.shape).toEqual([1, 80, 12, 1]);
    expect(op!.ofms[0]!.shape).toEqual([1, 8, 10, 1]);
    expect(op!.kernel).toMatchObject({ height: 1, width: 12 });
  });

  it('forget a slice of the IFM then, and only then', () => {
    const n = new NetworkDraft();
    const parts = [n.tensor([1, 1, 21, 2]), n.tensor([1, 22, 21, 2])];
    n.operator('SPLIT_V', [n.input([1, 23, 21, 2]), n.parameter([1, 22]), n.parameter([1])], parts, {
      num_splits: 2,
    });
    const y = n.operator('REDUCE_MAX', [parts[0]!, n.parameter([1])], [n.tensor([1, 21, 2])]);
    const [small] = lowerFor(n.network([y]), 'u55');
    expect(small!.ifms[0]!).toMatchObject({ shape: [1, 1, 23, 42] });
    expect(small!.ifms[0]!.slice).toBeUndefined();
    expect(small!.kernel).toMatchObject({ height: 1, width: 23 });
    const [large] = lowerFor(n.network([y]), 'u85');
    expect(large!.ifms[0]!.slice).toEqual({ offset: [0, 0, 0, 0], shape: [1, 1, 21, 2] });
    expect(large!.kernel).toMatchObject({ height: 1, width: 1 });
  });

  it('name what lies between several axes by the axes', () => {
    const ops = lowerFor(reduction('REDUCE_MAX', [2, 3, 5, 7], [1, 2, 3], true), 'u85');
    expect(names(ops)).toEqual(['x_reduce1', 'x_reduce1_reduce2', 'o']);
  });

  it('reduce every element once, whatever rank and axes', () => {
    const anyCase = fc
      .array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 })
      .chain((shape) =>
        fc.tuple(fc.constant(shape), fc.nat({ max: shape.length - 1 }), fc.boolean(), fc.boolean()),
      );
    fc.assert(
      fc.property(anyCase, ([shape, axis, keeps, minimum]) => {
        for (const family of FAMILIES) {
          const network = reduction(minimum ? 'REDUCE_MIN' : 'REDUCE_MAX', shape, [axis], keeps);
          const rows = rowsOf(lowerFor(network, family), family);
          const macs = rows.reduce((sum, row) => sum + row.macs, 0);
          expect(macs).toBe(shape.reduce((a, b) => a * b, 1));
        }
      }),
      { seed: 29, numRuns: 60 },
    );
  });
});

describe('REDUCE_MIN without a minimum', () => {
  it('is the complement of the maximum of the complement', () => {
    const ops = lowerFor(reduction('REDUCE_MIN', [1, 8, 8, 12], [2]), 'u55');
    expect(kinds(ops)).toEqual(['Sub', 'ReduceMax', 'Sub']);
    expect(names(ops)).toEqual(['x_reducemin_invert', 'o_reducemin_invert_back', 'o']);
    expect(ops[0]!.ifms[0]!.tensor.name).toBe('x_reducemin_pivot');
  });

  it('reads the tensor as it is stored, for which the pivot may have to be broadcast', () => {
    const n = new NetworkDraft();
    const a = n.operator('ABS', [n.input([1, 8, 12])], [n.tensor([1, 8, 12])]);
    const flat = n.operator('RESHAPE', [a, n.parameter([96])], [n.tensor([96], { name: 'flat' })]);
    const least = n.operator('REDUCE_MIN', [a, n.parameter([2])], [n.tensor([1, 8], { name: 'least' })]);
    const ops = lowerFor(n.network([least, flat]), 'u55');
    expect(ops.map((op) => [op.kind, op.ofms[0]!.tensor.name]).slice(-4)).toEqual([
      ['Add', 'flat_reducemin_pivot_broadcasted'],
      ['Sub', 'flat_reducemin_invert'],
      ['ReduceMax', 'least_reducemin_invert_back'],
      ['Sub', 'least'],
    ]);
  });
});

describe('SUM', () => {
  it('joins what it reads on Ethos-U85, since moving the axis changes no value', () => {
    const n = new NetworkDraft();
    const a = n.operator('RELU_0_TO_1', [n.input([1, 6, 5, 16])], [n.tensor([1, 6, 5, 16])]);
    const y = n.operator('SUM', [a, n.parameter([2])], [n.tensor([1, 6, 16])]);
    const ops = lowerFor(n.network([y]), 'u85');
    expect(ops.map((op) => [op.kind, ...op.subs.map(({ kind }) => kind)])).toEqual([
      ['Relu0To1', 'Transpose'],
      ['ReduceSum'],
    ]);
  });
});

describe('axes above 65536 (docs/model/lowering.md#reduction-views)', () => {
  const macs = (network: Network, family: LoweringFamily): [string, number][] =>
    rowsOf(lowerFor(network, family), family).map((row) => [row.op.kind, row.macs]);

  it('are reduced block by block, and the blocks then', () => {
    for (const family of FAMILIES) {
      expect(macs(reduction('REDUCE_MAX', [194304], [0], true), family)).toEqual([
        ['ReduceMax', 65536],
        ['ReduceMax', 65536],
        ['ReduceMax', 63232],
        ['ReduceMax', 3],
      ]);
    }
    const sums = macs(reduction('SUM', [1, 2, 65537], [2], true), 'u55');
    expect(sums).toEqual([
      ['ReduceSum', 131072],
      ['ReduceSum', 2],
      ['ReduceSum', 4],
    ]);
  });

  it('are transposed in parts on Ethos-U85', () => {
    const n = new NetworkDraft();
    const y = n.operator(
      'TRANSPOSE',
      [n.input([1, 2, 79744, 3]), n.parameter([0, 2, 1, 3])],
      [n.tensor([1, 79744, 2, 3])],
    );
    const ops = lowerFor(n.network([y]), 'u85');
    expect(ops.map((op) => [op.ifms[0]!.slice!.shape, op.ofms[0]!.slice!])).toEqual([
      [[1, 2, 65536, 3], { offset: [0, 0, 0, 0], shape: [1, 65536, 2, 3] }],
      [[1, 2, 14208, 3], { offset: [0, 65536, 0, 0], shape: [1, 14208, 2, 3] }],
    ]);
  });

  it('are not transposed on Ethos-U55', () => {
    expect(() => lowerFor(reduction('SUM', [1, 79744, 3], [1]), 'u55')).toThrow(/larger than 65536/);
  });

  it('of ARG_MAX take one search per 32768 positions and one among the blocks', () => {
    const n = new NetworkDraft();
    const y = n.operator(
      'ARG_MAX',
      [n.input([1, 3, 40000]), n.parameter([2])],
      [n.tensor([1, 3], { type: 'int32' })],
    );
    const found = lowerFor(n.network([y]), 'u85').flatMap((op) => [op.kind, ...op.subs.map((s) => s.kind)]);
    const block = ['MaxPool', 'ArgMax', 'Add'];
    expect(found).toEqual([...block, ...block, 'Transpose', 'Transpose', 'ArgMax', 'Gather']);
  });
});

describe('operations that are fitted to the hardware (docs/model/lowering.md#graph-model)', () => {
  const mul = (shape: readonly number[]): LoweredOp => {
    const n = new NetworkDraft();
    const y = n.operator('MUL', [n.input(shape), n.input(shape)], [n.tensor(shape)]);
    return lowerFor(n.network([y]), 'u55')[0]!;
  };

  it('write all of their OFM as if it were a part', () => {
    expect(mul([2, 8, 10, 16])).toMatchObject({ divided: true, ofms: [{ shape: [1, 16, 10, 16] }] });
    expect(mul([1, 8, 10, 16]).divided).toBeUndefined();
    const [turned] = lowerFor(reduction('REDUCE_MAX', [1, 8, 10, 12], [1]), 'u55');
    expect(turned!.divided).toBe(true);
    expect(turned!.ofms[0]!.slice).toBeUndefined();
    const [straight] = lowerFor(reduction('REDUCE_MAX', [1, 8, 10, 12], [2]), 'u55');
    expect(straight!.divided).toBeUndefined();
  });
});
