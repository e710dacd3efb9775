import { chooseSystems } from '../../search/space/build-space.js';
import type { LoadedSpaceFile } from '../../search/space/space-file.js';
import type { SystemChoice } from '../../search/space/space.js';
import { parseAcceleratorList } from '../npu/accelerator-names.js';
import { loadConfiguration } from '../npu/configuration.js';
import type { SystemOptions } from './options.js';
import { speaker } from './streams.js';

/**
 * The systems of a space: those of its file, or else those that the options describe. Says what is doubtful in the
 * configuration files.
 * @throws usage and input errors
 */
export const systemChoices = (
  options: SystemOptions & { readonly quiet?: boolean },
  file?: LoadedSpaceFile,
): SystemChoice[] => {
  const { acceleratorConfig, config, systemConfig, memoryMode, arenaCacheSize } = options;
  const say = speaker(options);
  const configuration = config.length > 0 ? loadConfiguration(config) : undefined;
  configuration?.warnings.forEach((warning) => say(`warning: ${warning}`));
  return chooseSystems(
    parseAcceleratorList(acceleratorConfig),
    { configuration, systemConfig, memoryMode, arenaCacheSize },
    file,
  );
};
