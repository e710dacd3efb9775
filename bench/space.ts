import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { buildSpace } from '../search/space/build-space.js';
import { parseSpaceFile } from '../search/space/space-file.js';
import { radicesOf, type Space } from '../search/space/space.js';
import { chooseSystem } from '../search/space/systems.js';
import type { Network } from '../src/graph/network.js';
import type { SystemRequest } from '../src/npu/resolve.js';

/** Every option at every site, three widths per width group. */
export const SPACE = 'options: [standard, separable, "separable:relu"]\nwidths: [0.5, 0.75, 1]\n';

/** That space of one network on some systems, or one that a space file describes. */
export const spaceOf = (network: Network, systems: readonly SystemRequest[], yaml = SPACE): Space =>
  buildSpace(network, {
    systems: systems.map(chooseSystem),
    optimise: 'Performance',
    file: parseSpaceFile(yaml, 'space.yaml'),
  });

/** Gives random designs of a space, each choice as likely as any other; the same sequence every time. */
export function designDrawer(space: Space): (count: number) => readonly Uint16Array[] {
  const radices = radicesOf(space);
  const rng = xoroshiro128plus(1);
  return (count) =>
    Array.from({ length: count }, () => Uint16Array.from(radices, (radix) => uniformInt(rng, 0, radix - 1)));
}
