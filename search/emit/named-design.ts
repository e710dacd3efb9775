import { usageError } from '../../src/errors.js';
import type { Network } from '../../src/graph/network.js';
import { digitsOf, type Changes } from '../space/changes.js';
import { buildSpace } from '../space/build-space.js';
import type { SpaceFile } from '../space/space-file.js';
import type { Space } from '../space/space.js';
import type { YamlPath } from '../../src/yaml-document.js';
import { STANDARD } from '../substitute/index.js';

/** A space that holds one design besides the unchanged network, and that design's digits (for its first system). */
export interface NamedDesign {
  readonly space: Space;
  readonly digits: Uint16Array;
}

/** How messages name where the changes were asked for. */
export interface NamedBy {
  readonly substitutions: string;
  readonly widths: string;
}

/**
 * The design that changes name, whatever a sweep would try.
 *
 * @throws a usage error for an operator that is not there or cannot change so
 */
export const nameDesign = (
  network: Network,
  changes: Changes,
  by: NamedBy,
  { systems, optimise }: Pick<Space, 'systems' | 'optimise'>,
): NamedDesign => {
  const content: SpaceFile = {
    sites: [],
    site_options: Object.fromEntries(
      [...changes.substitutions].map(([operator, option]) => [operator, [STANDARD, option]]),
    ),
    group_widths: Object.fromEntries([...changes.widths].map(([operator, width]) => [operator, [width]])),
  };
  const place = ([key]: YamlPath): string => (key === 'site_options' ? by.substitutions : by.widths);
  const built = buildSpace(network, { systems, optimise, file: { content, place }, fault: usageError });
  const groups = built.groups.map(({ group, widths }) => ({ group, widths: [group.channels, ...widths] }));
  const space: Space = { ...built, groups };
  const kept = new Map(
    [...changes.widths].filter(([operator]) =>
      groups.some(({ group }) => group.operators.includes(operator)),
    ),
  );
  return { space, digits: digitsOf(space, { ...changes, widths: kept })! };
};
