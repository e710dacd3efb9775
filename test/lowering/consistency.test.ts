import { describe, expect, it } from 'vitest';
import { ParetouError } from '../../src/errors.js';
import { importNetwork } from '../../src/graph/import.js';
import type { Network } from '../../src/graph/network.js';
import { MAX_OPERATIONS } from '../../src/lowering/ir.js';
import { lower } from '../../src/lowering/lower.js';
import type { LoweringFamily } from '../../src/lowering/target.js';
import { readModel, writeModel } from '../../src/tflite/model.js';
import { operatorModels } from '../estimate/operator-models.js';
import { NetworkDraft } from './networks.js';

const lowerFor = (network: Network, family: LoweringFamily): ReturnType<typeof lower>['ops'] =>
  lower(network, { family, blockOf: () => [4, 16, 16] }, 'file.tflite').ops;

const complaint = (network: Network, family: LoweringFamily): string => {
  try {
    lowerFor(network, family);
    return '';
  } catch (error) {
    if (!(error instanceof ParetouError) || error.kind !== 'input') throw error;
    return error.message;
  }
};

const networks = operatorModels().map(
  ([kind, model]) => [kind, importNetwork(readModel(writeModel(model), kind), kind)] as const,
);

/** The network with its first output one larger on the last axis. */
const withLargerOutput = (network: Network): Network => {
  const [graph] = network.graphs;
  const tensors = graph.tensors.map((tensor, i) =>
    i === graph.outputs[0] && tensor.shape
      ? { ...tensor, shape: [...tensor.shape.slice(0, -1), tensor.shape.at(-1)! + 1] }
      : tensor,
  );
  return { ...network, graphs: [{ ...graph, tensors }] };
};

describe('an operator on the NPU', () => {
  // A LOG whose shapes differ goes to the CPU (docs/model/lowering.md#operator-rules).
  const supported = networks.filter(
    ([kind, network]) => kind !== 'LOG' && lowerFor(network, 'u85')[0]!.target === 'NPU',
  );

  it.each(supported.map(([kind, network], i) => [`${kind} #${i}`, network] as const))(
    'whose output does not follow from its inputs is refused: %s',
    (_, network) => {
      const { kind } = network.graphs[0].operators[0]!;
      expect(complaint(withLargerOutput(network), 'u85')).toMatch(
        new RegExp(
          `^file\\.tflite: will not compile because operator 0 \\(${kind}, output "t\\d+"\\) is not (consistent|valid): `,
        ),
      );
    },
  );

  it.each([
    ['reads no element', [1, 8, 0, 4], /its tensor "t0" of 1×8×0×4 is empty/],
    ['reads more than is addressed', [1, 70_000, 70_000, 4], /is larger than the 4294967296 bytes/],
  ])('that %s is refused', (_, shape, sentence) => {
    const n = new NetworkDraft();
    const y = n.operator('ABS', [n.input(shape)], [n.tensor(shape)]);
    expect(complaint(n.network([y]), 'u55')).toMatch(sentence);
  });

  it('with a dilation that no memory holds is refused', () => {
    const n = new NetworkDraft();
    const y = n.conv(n.input([1, 16, 16, 8]), [1, 16, 16, 8], [3, 3], {
      dilation_h_factor: 1001,
      dilation_w_factor: 1001,
    });
    expect(complaint(n.network([y]), 'u55')).toMatch(/makes a kernel of 256768576 weights/); // 2003² · 8 · 8
  });
});

describe('an operator that the CPU executes', () => {
  it('may have any shapes', () => {
    const n = new NetworkDraft();
    const y = n.operator('DEPTH_TO_SPACE', [n.input([1, 8, 0, 4])], [n.tensor([7])]);
    expect(lowerFor(n.network([y]), 'u55').map((op) => op.target)).toEqual(['CPU']);
  });
});

describe('the number of operations', () => {
  const batches = (count: number): Network => {
    const n = new NetworkDraft();
    const shape = [count, 2, 2, 8];
    const y = n.operator('MAX_POOL_2D', [n.input(shape)], [n.tensor(shape)], {
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
      filter_height: 2,
      filter_width: 2,
    });
    return n.network([y]);
  };

  it('may be as large as that of the largest network known: 65,793 for an ARG_MAX (docs/model/lowering.md#blocks)', () => {
    const n = new NetworkDraft();
    const y = n.operator(
      'ARG_MAX',
      [n.input([1, 513, 513, 21]), n.parameter([3])],
      [n.tensor([1, 513, 513], { type: 'int32' })],
    );
    const maxima = lowerFor(n.network([y]), 'u55').filter((op) => op.kind === 'MaxPool');
    // Blocks of four rows: 65,793 of them.
    expect(maxima).toHaveLength(Math.ceil((513 * 513) / 4));
  });

  it('is limited', () => {
    expect(complaint(batches(MAX_OPERATIONS + 1), 'u55')).toBe(
      `file.tflite: becomes more than ${MAX_OPERATIONS} operations for the hardware, the last of them from operator 0 ` +
        '(MAX_POOL_2D); make its tensors smaller or split the network',
    );
  });
});
