import { join } from 'node:path';
import { designFileName, emitDesign } from '../../search/emit/design-file.js';
import { nameDesign } from '../../search/emit/named-design.js';
import { parseDesignId } from '../../search/space/changes.js';
import { usageError } from '../errors.js';
import { fileNamePart, writeWhole } from '../files.js';
import { DEFAULT_ACCELERATOR } from '../npu/accelerator-names.js';
import type { System } from '../npu/system.js';
import { systemsFor, type DesignSystemOptions } from './design-systems.js';
import { loadModel } from './model.js';
import { optimiseOf } from './options.js';

/** What names designs, and the systems to compile them for. */
export interface FinalistOptions extends DesignSystemOptions {
  readonly designs?: string;
}

/** A file with the systems that it is compiled for. */
export interface Finalist {
  readonly name: string;
  readonly file: string;
  readonly systems: readonly System[];
}

/**
 * Writes the files of the designs that the options name, or of the model itself, into a folder.
 * @throws usage and input errors
 */
export const writeFinalists = async (
  model: string,
  options: FinalistOptions,
  folder: string,
): Promise<Finalist[]> => {
  const loaded = await loadModel(model);
  const { network } = loaded;
  const ids = options.designs?.split(',').map((id) => id.trim());
  if (ids === undefined) {
    const { acceleratorConfig = DEFAULT_ACCELERATOR } = options;
    const systems = systemsFor({ ...options, acceleratorConfig }, undefined, '--designs');
    const file = join(folder, `${fileNamePart(network.name)}.tflite`);
    writeWhole(file, loaded.model.source);
    return [{ name: network.name, file, systems: systems.map(({ system }) => system) }];
  }
  return ids.map((id) => {
    if (id === '') throw usageError('--designs has an empty id; separate the ids by single commas');
    const { system, ...changes } = parseDesignId(id);
    const named = systemsFor(options, system, '--designs');
    const systems =
      named.length > 0
        ? named
        : systemsFor({ ...options, acceleratorConfig: DEFAULT_ACCELERATOR }, undefined, '--designs');
    const by = { substitutions: '--designs', widths: '--designs' };
    const { space, digits } = nameDesign(network, changes, by, { systems, optimise: optimiseOf(options) });
    const file = join(folder, designFileName(network.name, id));
    writeWhole(file, emitDesign(loaded.model, space, digits));
    return { name: id, file, systems: systems.map((choice) => choice.system) };
  });
};
