import type { SystemChoice } from '../../search/space/space.js';
import { usageError } from '../errors.js';
import { isAcceleratorName } from '../npu/accelerator-names.js';
import type { CommonOptions, SystemOptions } from './options.js';
import { systemChoices } from './system-choices.js';

/** Options of systems that a design's id may name instead. */
export type DesignSystemOptions = Omit<SystemOptions, 'acceleratorConfig'> &
  CommonOptions & { readonly acceleratorConfig?: string };

/** Accelerator of a system's short form: `u55-128`, or `u55-128-3f2a` for one that is not configured as usual. */
const acceleratorOf = (system: string, option: string): string => {
  const name = `ethos-${system.split('-').slice(0, 2).join('-')}`;
  if (isAcceleratorName(name)) return name;
  throw usageError(
    `${option}: "@${system}" is not a system; write it as in ranking.csv, such as @u55-128, or leave it out`,
  );
};

/**
 * The systems that the options name, else the one in a design's id; none where neither does.
 *
 * @param asked the system in the id
 * @param option what the id was given with
 * @throws usage and input errors
 */
export const systemsFor = (
  options: DesignSystemOptions,
  asked: string | undefined,
  option: string,
): SystemChoice[] => {
  const list = options.acceleratorConfig ?? (asked === undefined ? undefined : acceleratorOf(asked, option));
  if (list === undefined) return [];
  const systems = systemChoices({ ...options, acceleratorConfig: list });
  if (options.acceleratorConfig === undefined && systems[0]!.code !== asked)
    throw usageError(
      `${option}: the system @${asked} is not @${systems[0]!.code}, which the other options describe; ` +
        `add its --system-config and --memory-mode, or name an --accelerator-config`,
    );
  return systems;
};
