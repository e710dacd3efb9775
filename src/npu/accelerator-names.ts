import { usageError } from '../errors.js';
import { ACCELERATORS } from './accelerators.js';
import { FAMILIES, type Family } from './family.js';

export type AcceleratorName = `ethos-${Family}-${number}`;

/** Every accelerator, family by family, smallest first. */
export const ACCELERATOR_NAMES: readonly AcceleratorName[] = [...ACCELERATORS.keys()].filter(
  isAcceleratorName,
);

/** Accelerator used when none is asked for (docs/model/systems.md#defaults). */
export const DEFAULT_ACCELERATOR: AcceleratorName = 'ethos-u55-256';

/** Size proposed for a family whose member is not recognisable. */
const TYPICAL: Readonly<Record<Family, AcceleratorName>> = {
  u55: 'ethos-u55-128',
  u65: 'ethos-u65-256',
  u85: 'ethos-u85-256',
};

/**
 * Largest address range of each family in bytes: the default and upper limit of the arena
 * (docs/model/systems.md#memory-modes).
 */
export const ADDRESS_RANGE: Readonly<Record<Family, number>> = { u55: 2 ** 32, u65: 2 ** 40, u85: 2 ** 40 };

/** Width of an AXI port in bytes, as the design peak bandwidth counts it (docs/model/systems.md#peak-bandwidth). */
export const AXI_BYTES: Readonly<Record<Family, number>> = { u55: 8, u65: 16, u85: 16 };

/** Whether there is an accelerator of that name. */
export function isAcceleratorName(name: string): name is AcceleratorName {
  return ACCELERATORS.has(name);
}

/** Family of an accelerator. */
export const familyOf = (name: AcceleratorName): Family => name.split('-')[1] as Family;

/** Form in which reports print an accelerator: `Ethos_U55_128`. */
export const displayName = (name: string): string =>
  name.replace(/^e/, 'E').replace(/-u/, '_U').replaceAll('-', '_');

/** The name most likely meant: nearest family first, then nearest size. */
function nearestName(word: string): AcceleratorName | undefined {
  const match = /u(\d+)(?:[-_](\d+))?/i.exec(word);
  if (match === null) return undefined;
  const generation = Number(match[1]);
  const family = FAMILIES.find((f) => Number(f.slice(1)) === generation) ?? 'u55';
  if (match[2] === undefined) return TYPICAL[family];
  const macs = Number(match[2]);
  const distance = (name: string): number => Math.abs(Math.log2(macs + 1) - Math.log2(macsOf(name) + 1));
  return ACCELERATOR_NAMES.filter((name) => familyOf(name) === family).reduce((best, name) =>
    distance(name) < distance(best) ? name : best,
  );
}

const macsOf = (name: string): number => Number(name.split('-')[2]);

/** The usage error for a word that names no accelerator. */
export function unknownAccelerator(word: string): Error {
  const near = nearestName(word);
  const remedy =
    near === undefined
      ? `choose from ${ACCELERATOR_NAMES.join(', ')} or the groups all, ${FAMILIES.join(', ')}`
      : `did you mean ${near}?`;
  return usageError(`accelerator "${word}" is not known; ${remedy}`);
}

/**
 * Checks one accelerator name.
 * @throws a usage error if it is not known
 */
export function parseAccelerator(word: string): AcceleratorName {
  if (!isAcceleratorName(word)) throw unknownAccelerator(word);
  return word;
}

/**
 * Expands a comma-separated list of accelerators and groups (`all`, `u55`, `u65`, `u85`), in the order given and
 * without repetitions. `all` stands for every accelerator.
 * @throws a usage error for an empty list or an unknown word
 */
export function parseAcceleratorList(list: string): readonly AcceleratorName[] {
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0) {
    throw usageError(
      `accelerator list "${list}" is empty; name at least one, such as ${DEFAULT_ACCELERATOR} or u55`,
    );
  }
  const chosen = words.flatMap((word): readonly string[] => {
    if (word === 'all') return ACCELERATOR_NAMES;
    if ((FAMILIES as readonly string[]).includes(word)) {
      return ACCELERATOR_NAMES.filter((n) => familyOf(n) === word);
    }
    return [word];
  });
  return [...new Set(chosen.map(parseAccelerator))];
}
