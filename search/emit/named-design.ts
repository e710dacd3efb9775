import { usageError } from '../../src/errors.js';
import type { Network } from '../../src/graph/network.js';
import { digitsOf, type Changes } from '../space/changes.js';
import { findSites, targetAt } from '../space/sites.js';
import type { SiteChoice, Space, WidthChoice } from '../space/space.js';
import { findSubstitution, STANDARD } from '../substitute/index.js';
import { findWidthGroups } from '../space/width-groups.js';

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

const listOf = (operators: readonly number[], none: string): string =>
  operators.length === 0 ? none : operators.join(', ');

const operatorText = (network: Network, operator: number): string => {
  const kind = network.graphs[0].operators[operator]?.kind;
  return `operator ${operator}${kind === undefined ? '' : ` (${kind})`} of ${network.name}`;
};

const exists = (network: Network, operator: number): boolean => operator < network.graphs[0].operators.length;

const siteChoices = (network: Network, { substitutions }: Changes, by: NamedBy): SiteChoice[] => {
  const sites = findSites(network);
  const choices = new Map<number, SiteChoice>();
  for (const [operator, option] of substitutions) {
    const site = sites.find((s) => s.operator === operator);
    const fail = (message: string): Error =>
      usageError(`${by.substitutions}: ${operatorText(network, operator)} ${message}`);
    if (site === undefined) {
      const known = listOf(
        sites.map((s) => s.operator),
        'none',
      );
      throw fail(
        `${exists(network, operator) ? 'is not a site' : 'does not exist'}; the sites of this network: ${known}`,
      );
    }
    const reason = findSubstitution(option)!.illegal(targetAt(network, site));
    if (reason !== undefined)
      throw fail(`cannot become ${option}, since ${reason}; choose another option for it`);
    choices.set(operator, { site, options: [STANDARD, option] });
  }
  return sites.flatMap(({ operator }) => choices.get(operator) ?? []);
};

const widthChoices = (network: Network, { widths }: Changes, by: NamedBy): WidthChoice[] => {
  const groups = findWidthGroups(network);
  const named = new Map<WidthChoice['group'], { readonly operator: number; readonly width: number }>();
  for (const [operator, width] of widths) {
    const group = groups.find((g) => g.operators.includes(operator));
    const fail = (message: string): Error =>
      usageError(`${by.widths}: ${operatorText(network, operator)} ${message}`);
    if (group === undefined) {
      const variable = groups.filter((g) => g.frozen === undefined).map((g) => g.operator);
      throw fail(
        `${exists(network, operator) ? 'writes no width group' : 'does not exist'}; ` +
          `those that can vary are written by: ${listOf(variable, 'no operator')}`,
      );
    }
    if (group.frozen !== undefined)
      throw fail(`has a width that cannot change, since ${group.frozen}; leave it out`);
    const other = named.get(group);
    if (other !== undefined)
      throw fail(`always has as many channels as operator ${other.operator}; name one of them`);
    named.set(group, { operator, width });
  }
  return groups.flatMap((group): WidthChoice[] => {
    const choice = named.get(group);
    if (choice === undefined || choice.width === group.channels) return [];
    return [{ group, widths: [group.channels, choice.width] }];
  });
};

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
  const space: Space = {
    network,
    sites: siteChoices(network, changes, by),
    groups: widthChoices(network, changes, by),
    systems,
    optimise,
  };
  const kept = new Map(
    [...changes.widths].filter(([operator]) =>
      space.groups.some(({ group }) => group.operators.includes(operator)),
    ),
  );
  return { space, digits: digitsOf(space, { ...changes, widths: kept })! };
};
