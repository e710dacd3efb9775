import { join } from 'node:path';
import { chooseSystems } from '../../search/space/build-space.js';
import { parseDesignId, parseSubstitutions, parseWidths, type Changes } from '../../search/space/changes.js';
import { designFileName, emitDesign, nameDesign, type NamedBy } from '../../search/emit/index.js';
import { appliedRecord } from '../../search/report/apply-json.js';
import { appliedText } from '../../search/report/apply-text.js';
import { describeDesign } from '../../search/report/describe-design.js';
import type { SystemChoice } from '../../search/space/space.js';
import { createApplier } from '../../search/emit/apply.js';
import { usageError } from '../errors.js';
import { isAcceleratorName, parseAcceleratorList } from '../npu/accelerator-names.js';
import { loadConfiguration } from '../npu/configuration.js';
import { writeWhole } from '../report/files.js';
import type { ApplyOptions } from './apply.js';
import { loadModel } from './model.js';
import { optimiseOf } from './options.js';
import { note, print, printJson } from './streams.js';
import { isSameFile } from './writable.js';

/** What the command line asks for. */
interface Asked {
  readonly changes: Changes;
  readonly by: NamedBy;
  /** Short form of a system, from a design id. */
  readonly system: string | undefined;
}

const askedFor = ({ design, substitutions, widths }: ApplyOptions): Asked => {
  if (design !== undefined) {
    if (substitutions !== undefined || widths !== undefined)
      throw usageError('--design names the whole design; leave out --substitutions and --widths');
    const { system, ...changes } = parseDesignId(design);
    return { changes, by: { substitutions: '--design', widths: '--design' }, system };
  }
  if (substitutions === undefined && widths === undefined)
    throw usageError('apply needs a design; add --design, --substitutions or --widths');
  const changes = {
    substitutions: parseSubstitutions(substitutions ?? ''),
    widths: parseWidths(widths ?? ''),
  };
  return { changes, by: { substitutions: '--substitutions', widths: '--widths' }, system: undefined };
};

/** Accelerator of a system's short form: `u55-128`, or `u55-128-3f2a` for one that is not configured as usual. */
const acceleratorOf = (system: string): string => {
  const name = `ethos-${system.split('-').slice(0, 2).join('-')}`;
  if (isAcceleratorName(name)) return name;
  throw usageError(
    `--design: "@${system}" is not a system; write it as in ranking.csv, such as @u55-128, or leave it out`,
  );
};

const systemsFor = (options: ApplyOptions, asked: string | undefined): SystemChoice[] => {
  const say = options.quiet ? () => undefined : note;
  const list = options.acceleratorConfig ?? (asked === undefined ? undefined : acceleratorOf(asked));
  if (list === undefined) return [];
  const configuration = options.config.length > 0 ? loadConfiguration(options.config) : undefined;
  configuration?.warnings.forEach((warning) => say(`warning: ${warning}`));
  const { systemConfig, memoryMode, arenaCacheSize } = options;
  const systems = chooseSystems(parseAcceleratorList(list), {
    configuration,
    systemConfig,
    memoryMode,
    arenaCacheSize,
  });
  if (options.acceleratorConfig === undefined && systems[0]!.code !== asked)
    throw usageError(
      `--design: the system @${asked} is not @${systems[0]!.code}, which the other options describe; ` +
        `add its --system-config and --memory-mode, or name an --accelerator-config`,
    );
  return systems;
};

/**
 * Writes the file of the design that the options name, and prints what changes.
 * @throws usage and input errors, before anything is written
 */
export async function runApply(path: string, options: ApplyOptions): Promise<void> {
  const { changes, by, system } = askedFor(options);
  const systems = systemsFor(options, system);
  const { model, network } = await loadModel(path);
  const { space, digits } = nameDesign(network, changes, by, { systems, optimise: optimiseOf(options) });
  const applier = createApplier(space);
  const applied = describeDesign(space, digits, applier);
  const bytes = emitDesign(model, space, digits, applier);
  const directory = options.outputDir ?? join('results', network.name);
  const file = options.output ?? join(directory, designFileName(network.name, applied.design));
  if (isSameFile(file, path))
    throw usageError(`${file} is the model itself; name another file with --output, so that it stays`);
  writeWhole(file, bytes);
  if (options.json) {
    printJson({ ...appliedRecord(applied), file, bytes: bytes.length });
  } else if (!options.quiet) {
    print(appliedText(applied));
    note(`wrote ${file}`);
  }
}
