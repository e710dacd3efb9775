import { buildSpace, chooseSystems } from '../../../search/space/build-space.js';
import type { Space } from '../../../search/space/space.js';
import { parseSpaceFile } from '../../../search/space/space-file.js';
import { loadModel } from '../../../src/cli/model.js';
import { parseAcceleratorList } from '../../../src/npu/accelerator-names.js';

const { network } = await loadModel('example:story_standard');

/** Widths of an example network on accelerators separated by commas. */
export const storySpace = (accelerators: string): Space =>
  buildSpace(network, {
    systems: chooseSystems(parseAcceleratorList(accelerators), {
      configuration: undefined,
      systemConfig: undefined,
      memoryMode: undefined,
      arenaCacheSize: undefined,
    }),
    optimise: 'Performance',
    file: parseSpaceFile('widths: {multiple_of: 4, from: 0.25, to: 2}', 'space.yaml'),
  });
