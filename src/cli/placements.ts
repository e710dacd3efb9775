import type { Space } from '../../search/space/space.js';
import { inputError } from '../errors.js';
import { hardwareByName } from '../cost/hardware.js';
import { createEstimator } from '../estimate/estimate.js';
import { placementOf, type Placement } from '../explain/cpu.js';
import { traitsOf, type NetworkTraits } from '../graph/traits.js';
import { FAMILIES } from '../lowering/families/families.js';
import { cpuJson, cpuLines } from '../report/cpu.js';
import type { Json } from '../report/json-value.js';
import { obstacleText, traitsJson, traitSentences } from '../report/traits.js';
import { wrap } from '../text.js';

/** Where the operators of a network run, on accelerators that agree about it. */
export interface Placed {
  readonly accelerators: readonly string[];
  readonly placement: Placement;
}

/** A network's traits and where its operators run. */
export interface Placements {
  readonly traits: NetworkTraits;
  readonly placed: readonly Placed[];
}

const shortNames = (accelerators: readonly string[]): string =>
  accelerators.map((name) => name.replace('ethos-', '')).join(', ');

/** Why nothing runs on the NPU: what the network is, else the most frequent reason with what to do. */
function whyNothing(traits: NetworkTraits, groups: Placement['groups']): string {
  const obstacle = obstacleText(traits);
  if (obstacle !== undefined) return obstacle;
  const [most] = groups;
  if (most === undefined) return 'it has no operator that does anything';
  const { count, operator, reason, fix } = most;
  return `${count} x ${operator}: ${reason}${fix === undefined ? '' : `; fix: ${fix}`}`;
}

/**
 * Where the operators of a space's network run on its systems. A search is only worth while where the NPU has
 * something to do.
 *
 * @throws an input error for a network that compiles on none of the systems, or of which nothing runs on the NPU
 */
export function placementsOf({ network, systems }: Space, file: string): Placements {
  const traits = traitsOf(network);
  const byRules = new Map<object, string[]>();
  for (const { system } of systems) {
    const rules = FAMILIES[hardwareByName(system.accelerator).family];
    byRules.set(rules, [...(byRules.get(rules) ?? []), system.accelerator]);
  }
  const estimator = createEstimator();
  const faults: unknown[] = [];
  const placed = [...byRules.values()].flatMap((accelerators): Placed[] => {
    try {
      const placement = placementOf(estimator.compile(network, accelerators[0]!, file));
      return [{ accelerators: [...new Set(accelerators)], placement }];
    } catch (error) {
      faults.push(error);
      return [];
    }
  });
  const obstacle = obstacleText(traits);
  if (placed.length === 0 && obstacle === undefined) throw faults[0];
  const idle = placed.find(({ placement }) => placement.npuOperators === 0);
  if (idle !== undefined) {
    const advice = obstacle === undefined && placed.length > 1 ? '; leave these accelerators out' : '';
    throw inputError(
      `${file}: no operator runs on the NPU of ${shortNames(idle.accelerators)}: ` +
        whyNothing(traits, idle.placement.groups) +
        advice,
    );
  }
  if (obstacle !== undefined) throw inputError(`${file}: there is nothing to search for: ${obstacle}`);
  return { traits, placed };
}

/** What there is to say of a network before its figures: what it is, and what runs on the CPU. */
export const placementLines = ({ traits, placed }: Placements): readonly string[] => [
  ...traitSentences(traits).map((sentence) => wrap(`note: ${sentence}`)),
  ...placed.flatMap(({ accelerators, placement }) => {
    const lines = cpuLines(placement.groups, placement.npuOperators, traits);
    if (lines.length === 0 || placed.length === 1) return lines;
    return [wrap(`on ${shortNames(accelerators)}:`), ...lines];
  }),
];

/** The same as data, for the records of a search. */
export const placementsJson = ({ traits, placed }: Placements): { readonly [key: string]: Json } => ({
  traits: traitsJson(traits),
  placement: placed.map(({ accelerators, placement }) => ({
    accelerators,
    npu_operators: placement.npuOperators,
    cpu_operators: placement.cpuOperators,
    cpu_reasons: cpuJson(placement.groups),
  })),
});
