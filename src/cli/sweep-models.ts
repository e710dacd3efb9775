import { buildSpace, checkOptions } from '../../search/space/build-space.js';
import type { ModelSource } from '../../search/report/sweep-json.js';
import { readSpaceFile, type LoadedSpaceFile } from '../../search/space/space-file.js';
import { countDesigns, type Space } from '../../search/space/space.js';
import type { SweepModel } from '../../search/explore/sweep.js';
import { usageError } from '../errors.js';
import type { TfliteModel } from '../tflite/model.js';
import { grouped, plural } from '../text.js';
import { fvpOptionsOf, type FvpFlags } from './fvp-options.js';
import { loadModel } from './model.js';
import { optimiseOf, type CommonOptions, type SystemOptions } from './options.js';
import { placementsJson, placementsOf, type Placements } from './placements.js';
import { systemChoices } from './system-choices.js';
import { sha256 } from './texts.js';

/** Options that a space depends on. */
export interface SpaceOptions extends SystemOptions, CommonOptions, FvpFlags {
  readonly space?: string;
  readonly options?: string;
  /** Fractions of the channels of every width group. */
  readonly widths?: readonly number[];
  /** Name of a part; its system is among the options. */
  readonly part?: string;
}

/** Models with their spaces, and where each came from. */
export interface Loaded {
  readonly models: readonly SweepModel[];
  readonly sources: readonly ModelSource[];
  readonly files: readonly TfliteModel[];
  readonly placements: readonly Placements[];
}

/** The space file with the widths of the command line, which it must not state too. */
const withWidths = (file: LoadedSpaceFile | undefined, { widths, space }: SpaceOptions): typeof file => {
  if (widths === undefined) return file;
  if (file?.content.widths !== undefined)
    throw usageError(`--widths and the widths of ${space ?? ''} say the same; leave one of them out`);
  return { content: { ...file?.content, widths }, place: file?.place ?? (() => '--widths') };
};

/**
 * Reads the models and the space of each; a model that is named twice counts once.
 * @throws usage and input errors
 */
export const loadSweepModels = async (paths: readonly string[], options: SpaceOptions): Promise<Loaded> => {
  const file = withWidths(options.space === undefined ? undefined : readSpaceFile(options.space), options);
  if (options.part !== undefined && file?.content.systems !== undefined)
    throw usageError(`--part and the systems of ${options.space!} say the same; leave one of them out`);
  const systems = systemChoices(options, file);
  const added = checkOptions(
    (options.options ?? '')
      .split(',')
      .map((o) => o.trim())
      .filter((o) => o !== ''),
  );
  const fvpOf = fvpOptionsOf(options);
  const models = new Map<
    string,
    SweepModel & ModelSource & { readonly file: TfliteModel; readonly placements: Placements }
  >();
  for (const path of paths) {
    const loaded = await loadModel(path);
    const { model, network } = loaded;
    const hash = sha256(model.source);
    const known = models.get(network.name);
    if (known?.sha256 === hash) continue;
    if (known !== undefined) {
      throw usageError(
        `${path} and ${known.path} are different models with the name ${network.name}; rename one of them`,
      );
    }
    const space = buildSpace(network, {
      systems,
      optimise: optimiseOf(options),
      options: added,
      fvp: fvpOf(loaded),
      ...(file === undefined ? {} : { file }),
    });
    const placements = placementsOf(space, path);
    models.set(network.name, { name: network.name, space, path, sha256: hash, file: model, placements });
  }
  const list = [...models.values()];
  return {
    models: list.map(({ name, space }) => ({ name, space })),
    sources: list.map(({ path, sha256: hash, placements }) => ({
      path,
      sha256: hash,
      ...placementsJson(placements),
    })),
    files: list.map((entry) => entry.file),
    placements: list.map((entry) => entry.placements),
  };
};

/** Size of a model's space, in a line. */
export const spaceLine = ({ name, space }: SweepModel): string => {
  const { sites, groups, systems } = space;
  const parts = [
    `${plural(sites.length, 'site')} with a choice`,
    `${plural(groups.length, 'width group')} with a choice`,
    plural(systems.length, 'system'),
  ];
  return `${name}: ${grouped(countDesigns(space))} designs in the space (${parts.join(', ')})`;
};

/** What a space is made of, in lines. */
export const spaceDetails = ({ sites, groups, systems }: Space): string[] => [
  ...sites.map(
    ({ site, options }) =>
      `  site ${site.operator}: ${site.kernelHeight}x${site.kernelWidth}, ${site.inputChannels} -> ` +
      `${site.outputChannels} channels: ${options.join(', ')}`,
  ),
  ...groups.map(
    ({ group, widths }) =>
      `  width group of operator ${group.operator}` +
      (group.operators.length > 1
        ? ` (with ${group.operators.filter((o) => o !== group.operator).join(', ')})`
        : '') +
      `: ${widths.join(', ')} channels`,
  ),
  ...systems.map(({ system }) => `  ${system.accelerator}, ${system.systemConfig}, ${system.memoryMode}`),
];
