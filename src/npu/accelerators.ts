import { usageError } from '../errors.js';
import { U55_ACCELERATORS, type U55Accelerator } from './u55-tables.js';
import { U85_ACCELERATORS, type U85Accelerator } from './u85-tables.js';

/** Geometry and speeds of one accelerator; `family` says of which kind. */
export type Accelerator = U55Accelerator | U85Accelerator;

/** Every accelerator by name, family by family, smallest first. */
export const ACCELERATORS: ReadonlyMap<string, Accelerator> = new Map<string, Accelerator>([
  ...U55_ACCELERATORS,
  ...U85_ACCELERATORS,
]);

/** The accelerator of that name; a usage error if there is none. */
export function acceleratorByName(name: string): Accelerator {
  const found = ACCELERATORS.get(name);
  if (found === undefined) {
    throw usageError(
      `accelerator "${name}" is not known; the known ones are ${[...ACCELERATORS.keys()].join(', ')}`,
    );
  }
  return found;
}
