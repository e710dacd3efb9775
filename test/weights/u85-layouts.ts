import fc from 'fast-check';
import type { U85StreamLayout } from '../../src/weights/encoding.js';

/** MACs, streams and OFM ublock depths of the accelerators (docs/model/weights.md#streams-on-u85). */
export const U85_CORES: readonly (readonly [macs: number, cores: number, ublocks: readonly number[]])[] = [
  [128, 1, [8, 16]],
  [256, 1, [8, 16]],
  [512, 2, [16]],
  [1024, 4, [16, 32]],
  [2048, 4, [16, 64]],
];

const ofCore = U85_CORES.flatMap(([macs, cores, ublocks]) =>
  ublocks.map((ofmUblockDepth) => ({ macs, cores, ofmUblockDepth })),
);

/** Layouts as block configs give them, in the standard format; block depths are multiples of the ublock. */
export const u85Layouts: fc.Arbitrary<U85StreamLayout> = fc
  .record({
    core: fc.constantFrom(...ofCore),
    traversal: fc.constantFrom('depth-first', 'part-kernel', 'depthwise'),
    ublocks: fc.constantFrom(1, 2, 3, 8),
    ifmDepths: fc.constantFrom(16, 32, 64),
    ifmBits: fc.constantFrom(8, 8, 16),
    dilationH: fc.constantFrom(1, 1, 2, 3),
    dilationW: fc.constantFrom(1, 1, 2),
    strideH: fc.constantFrom(1, 1, 2, 3),
    strideW: fc.constantFrom(1, 1, 2, 3),
    sparse: fc.boolean(),
  })
  .map(({ core, ublocks, ifmDepths, sparse, ...layout }) => {
    const isSparse = sparse && layout.traversal !== 'depthwise';
    const depthFirst = isSparse && layout.ifmBits === 8 ? 128 : ifmDepths;
    return {
      ...core,
      ...layout,
      blockDepth: ublocks * core.ofmUblockDepth,
      ifmBlockDepth: layout.traversal === 'part-kernel' ? 16 : depthFirst,
      sparse: isSparse,
      fast: false,
    };
  });
