import { describe, expect, it } from 'vitest';
import type { LoweredOp } from '../../src/lowering/operations.js';
import { lowerFor } from './goldens.js';
import { NetworkDraft } from './networks.js';

const kinds = (ops: readonly LoweredOp[]): string[] => ops.map(({ kind }) => kind);

/** An elementwise operator on two graph inputs. */
function binary(
  kind: string,
  a: readonly number[],
  b: readonly number[],
  ofm: readonly number[],
): NetworkDraft {
  const n = new NetworkDraft();
  n.operator(kind, [n.input(a, { name: 'a' }), n.input(b)], [n.tensor(ofm, { name: 'o' })]);
  return n;
}

const lowerBinary = (...args: Parameters<typeof binary>): LoweredOp[] => {
  const n = binary(...args);
  return [...lowerFor(n.network([n.tensors.length - 1]), 'u55')];
};

describe('double broadcast on Ethos-U55', () => {
  it('brings the first input to the size of the OFM', () => {
    const ops = lowerBinary('MUL', [3, 8, 1, 4], [3, 1, 10, 4], [3, 8, 10, 4]);
    expect(ops[0]!.kind).toBe('Add');
    expect(ops[0]!.ofms[0]!.tensor).toMatchObject({ name: 'a_broadcasted', shape: [3, 8, 10, 4] });
    expect(ops[0]!.ifms[0]!.tensor.constant!.bytes!.length).toBe(960);
  });

  it('leaves inputs of fewer axes than the OFM alone', () => {
    expect(kinds(lowerBinary('MUL', [10, 4], [8, 10, 4], [8, 10, 4]))).toEqual(['Mul']);
    expect(kinds(lowerBinary('MUL', [8, 10, 4], [1], [8, 10, 4]))).toEqual(['Mul']);
  });
});

describe('SQUARED_DIFFERENCE', () => {
  const rows = (shape: readonly number[], family: 'u55' | 'u85'): string[] => {
    const n = binary('SQUARED_DIFFERENCE', shape, shape, shape);
    return kinds(lowerFor(n.network([2]), family).flatMap((op) => [op, ...op.subs]));
  };

  it('works in rank 4, so that a result of lower rank has its square broadcast', () => {
    expect(rows([1, 136], 'u55')).toHaveLength(8);
    expect(rows([1, 136], 'u55').at(-2)).toBe('Add');
    expect(rows([5, 6, 8], 'u55')).toHaveLength(8);
  });

  it('needs no more in rank 4 or 5, for a single element, or on Ethos-U85', () => {
    expect(rows([1, 5, 6, 8], 'u55')).toHaveLength(7);
    expect(rows([1, 1, 5, 6, 8], 'u55')).toHaveLength(7);
    expect(rows([1, 1], 'u55')).toHaveLength(7);
    expect(rows([1, 136], 'u85')).toHaveLength(7);
  });
});

describe('FULLY_CONNECTED with one row (docs/model/lowering.md#rows-of-a-product)', () => {
  it('writes into what a PAD makes of it', () => {
    const n = new NetworkDraft();
    const y = n.operator('FULLY_CONNECTED', [n.input([1, 16]), n.weights([8, 16])], [n.tensor([1, 8])]);
    const padded = n.operator('PAD', [y, n.parameter([1, 1, 0, 1], [2, 2])], [n.tensor([3, 9])]);
    const ops = lowerFor(n.network([padded]), 'u55');
    expect(ops[0]).toMatchObject({ kind: 'FullyConnected' });
    expect(ops[0]!.ofms[0]!.tensor.graphOutput).toBe(true);
    expect(ops[0]!.ofms[0]!.slice).toEqual({ offset: [0, 0, 1, 0], shape: [1, 1, 1, 8] });
  });
});

describe('boolean graph outputs (docs/model/lowering.md#booleans)', () => {
  /** Mask and its complement, as outputs in that order or the other way round. */
  const masks = (readerFirst: boolean): string[] => {
    const n = new NetworkDraft();
    const shape = [1, 4, 4, 16];
    const mask = n.operator(
      'GREATER',
      [n.input(shape), n.input(shape)],
      [n.tensor(shape, { type: 'bool', name: 'm' })],
    );
    const other = n.operator('LOGICAL_NOT', [mask], [n.tensor(shape, { type: 'bool', name: 'c' })]);
    const outputs = readerFirst ? [mask, other] : [other, mask];
    const rows = lowerFor(n.network(outputs), 'u85').flatMap((op) => [op, ...op.subs]);
    for (const row of rows) if (row.kind === 'And') expect(row.original).toBe('N/A');
    return rows.map(({ kind, ofms }) => `${kind} ${ofms[0]!.tensor.name}`);
  };

  it('are converted once where their reader is visited first, and again where it comes later', () => {
    // The last output is visited first.
    expect(
      masks(true)
        .filter((row) => row.startsWith('And'))
        .sort(),
    ).toEqual(['And c', 'And m']);
    expect(
      masks(false)
        .filter((row) => row.startsWith('And'))
        .sort(),
    ).toEqual(['And c', 'And m', 'And m_int8']);
  });
});

describe('names', () => {
  it('of TILE, GATHER and SELECT say what a tensor is for', () => {
    const n = new NetworkDraft();
    const tiled = n.operator(
      'TILE',
      [n.input([2, 3, 16]), n.parameter([2, 3, 1])],
      [n.tensor([4, 9, 16], { name: 't' })],
    );
    const a = n.operator('ABS', [tiled], [n.tensor([4, 9, 16])]);
    const indices = n.input([4, 5], { type: 'int32' });
    const picked = n.operator('GATHER', [a, indices], [n.tensor([4, 5, 16])], { axis: 1, batch_dims: 1 });
    const found = new Set(lowerFor(n.network([picked]), 'u85').map((op) => op.ofms[0]!.tensor.name));
    expect([...found]).toEqual(['t_tiled_axis_0', 't', 'values', 'output']);
  });

  it('of operators that only the CPU has are those of the reference (docs/model/reports.md#operator-names)', () => {
    const original = (kind: string): string => {
      const n = new NetworkDraft();
      const y = n.operator(kind, [n.input([1, 4, 4, 16])], [n.tensor([1, 4, 4, 16])]);
      return lowerFor(n.network([y]), 'u55')[0]!.original;
    };
    expect(
      ['L2_NORMALIZATION', 'LOCAL_RESPONSE_NORMALIZATION', 'TOPK_V2', 'REDUCE_PROD', 'LOG_SOFTMAX'].map(
        original,
      ),
    ).toEqual(['L2Norm', 'LRN', 'TopKV2', 'ReduceProduct', 'LogSoftmax']);
  });

  it('RSQRT has tables of int8 and int16 only (docs/model/lowering.md#tables)', () => {
    const kindOf = (type: 'int8' | 'int16' | 'uint8'): string => {
      const n = new NetworkDraft();
      const y = n.operator('RSQRT', [n.input([1, 40], { type })], [n.tensor([1, 40], { type })]);
      return lowerFor(n.network([y]), 'u55')[0]!.kind;
    };
    expect((['int8', 'int16', 'uint8'] as const).map(kindOf)).toEqual(['LUT', 'LUT', 'Passthrough']);
  });
});
