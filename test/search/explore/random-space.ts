import { buildSpace, chooseSystems } from '../../../search/space/build-space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { countDesigns, type Space } from '../../../search/space/space.js';
import type { Network } from '../../../src/graph/network.js';
import { NetworkBuilder } from '../fixture.js';
import { withRandomValues } from '../substitute/random-network.js';
import { randomNumbers } from '../substitute/targets.js';

type Next = () => number;

const between = (next: Next, low: number, high: number): number =>
  low + Math.floor(next() * (high - low + 1));
const oneOf = <T>(next: Next, list: readonly T[]): T => list[between(next, 0, list.length - 1)]!;

const CHANNELS = [4, 8, 12, 16, 17, 24, 32, 40];

/** A network of plain, strided and residual blocks, with feature maps of up to 40x40. */
const blocks = (next: Next): Network => {
  const b = new NetworkBuilder();
  const side = oneOf(next, [8, 13, 20, 32, 40]);
  let x = b.conv(b.input([1, side, side, 3]), oneOf(next, CHANNELS), 3, between(next, 1, 2));
  const count = between(next, 1, 4);
  for (let i = 0; i < count; i++) {
    const kind = next();
    const channels = b.shapeOf(x)[3]!;
    const activation = oneOf(next, ['RELU', 'NONE', 'RELU6']);
    if (kind < 0.35) {
      const y = b.conv(
        b.conv(x, oneOf(next, CHANNELS), 3, 1, activation),
        channels,
        oneOf(next, [1, 3]),
        1,
        'NONE',
      );
      x = b.add(y, x);
    } else if (kind < 0.5) {
      const filters = oneOf(next, CHANNELS);
      const y = b.conv(b.conv(x, filters, 3, 2), filters, 3, 1, 'NONE');
      x = b.add(y, b.conv(x, filters, 1, 2, 'NONE'));
    } else if (kind < 0.7) {
      x = b.conv(b.depthwise(x), oneOf(next, CHANNELS), 1, 1, activation);
    } else {
      x = b.conv(x, oneOf(next, CHANNELS), oneOf(next, [3, 5]), between(next, 1, 2), activation);
    }
  }
  return withRandomValues(b.network([b.dense(b.flatten(b.poolAll(x)), 10)]), next);
};

const SYSTEMS = [
  'ethos-u55-32',
  'ethos-u55-64',
  'ethos-u55-128',
  'ethos-u55-256',
  'ethos-u65-256',
  'ethos-u65-512',
  'ethos-u85-128',
  'ethos-u85-256',
  'ethos-u85-1024',
];

const OPTIONS = ['[standard, separable]', '[standard, separable, "separable:shifted-relu"]', '[standard]'];
const WIDTHS = [
  '[0.5, 1]',
  '[0.5, 0.75, 1]',
  '[0.25, 0.5, 0.75, 1]',
  '{multiple_of: 8, from: 0.5, to: 1.3}',
  '[1]',
];

/** A space over a random network and one to three systems, of at most `most` and at least a few designs. */
export const randomSpace = (seed: number, most: number): Space => {
  const next = randomNumbers(seed);
  for (;;) {
    const network = blocks(next);
    const text = `{options: ${oneOf(next, OPTIONS)}, widths: ${oneOf(next, WIDTHS)}}`;
    const file = parseSpaceFile(text, 'space.yaml');
    const accelerators = [
      ...new Set(Array.from({ length: between(next, 1, 3) }, () => oneOf(next, SYSTEMS))),
    ];
    const systems = chooseSystems(accelerators, {}, file);
    const space = buildSpace(network, { systems, optimise: 'Performance', file });
    const designs = countDesigns(space);
    if (designs >= 16n && designs <= BigInt(most)) return space;
  }
};
