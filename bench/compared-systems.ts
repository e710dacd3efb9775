import { buildSpace } from '../search/space/build-space.js';
import { parseSpaceFile } from '../search/space/space-file.js';
import { chooseSystem } from '../search/space/systems.js';
import type { Space, SystemChoice } from '../search/space/space.js';
import { note } from '../src/cli/streams.js';
import { ParetouError } from '../src/errors.js';
import { createEstimator } from '../src/estimate/estimate.js';
import type { Network } from '../src/graph/network.js';
import type { SystemRequest } from '../src/npu/resolve.js';
import type { NamedNetwork } from './named-networks.js';

/** A system to compare on. */
export interface ComparedSystem {
  readonly title: string;
  readonly request: SystemRequest;
  /** Arena as a share of the memory that the unchanged network takes with plenty of it. */
  readonly arenaShare?: number;
}

/** Plenty of memory, too little of it, and memory of its own for staging, on every family; by name. */
export const COMPARED_SYSTEMS: Readonly<Record<string, ComparedSystem>> = {
  u55: {
    title: 'ethos-u55-128 Shared_Sram',
    request: { accelerator: 'ethos-u55-128', memoryMode: 'Shared_Sram' },
  },
  'u55-arena': {
    title: 'ethos-u55-128 Sram_Only, arena 5/4',
    request: { accelerator: 'ethos-u55-128', memoryMode: 'Sram_Only' },
    arenaShare: 5 / 4,
  },
  u65: {
    title: 'ethos-u65-512 Dedicated_Sram_384KB',
    request: { accelerator: 'ethos-u65-512', memoryMode: 'Dedicated_Sram_384KB' },
  },
  'u65-arena': {
    title: 'ethos-u65-256 Dedicated_Sram, arena 64 KiB',
    request: { accelerator: 'ethos-u65-256', memoryMode: 'Dedicated_Sram', arenaCacheSize: 64 * 1024 },
  },
  u85: { title: 'ethos-u85-256', request: { accelerator: 'ethos-u85-256' } },
  'u85-arena': {
    title: 'ethos-u85-256, arena 3/4',
    request: { accelerator: 'ethos-u85-256' },
    arenaShare: 3 / 4,
  },
};

/** Arenas are multiples of this. */
const GRANULE = 16;

/** A system for a network, with its arena. */
function systemFor(network: Network, { request, arenaShare }: ComparedSystem): SystemChoice {
  const choice = chooseSystem(request);
  if (arenaShare === undefined) return choice;
  const estimator = createEstimator();
  const { system } = choice;
  const { memory } = estimator.evaluate(estimator.compile(network, system.accelerator), system, {
    optimise: 'Performance',
  });
  const used = memory.featureMaps + memory.staging;
  const arenaCacheSize = Math.max(GRANULE, GRANULE * Math.floor((used * arenaShare) / GRANULE));
  return chooseSystem({ ...request, arenaCacheSize });
}

/** The space of a network on some systems that a space file describes. */
export const spaceOn = (network: Network, systems: readonly ComparedSystem[], yaml: string): Space =>
  buildSpace(network, {
    systems: systems.map((system) => systemFor(network, system)),
    optimise: 'Performance',
    file: parseSpaceFile(yaml, 'space'),
  });

/** A network on a system. */
export interface Case {
  readonly model: string;
  readonly system: string;
}

/** Does some work with every network on every system, one after another; those that have no designs there are skipped. */
export const onEach = async <T extends object>(
  networks: readonly NamedNetwork[],
  systems: readonly ComparedSystem[],
  yaml: string,
  work: (space: Space) => T | Promise<T>,
): Promise<(T & Case)[]> => {
  const rows: (T & Case)[] = [];
  for (const { name, load } of networks) {
    for (const system of systems) {
      note(`${name}, ${system.title}`);
      try {
        rows.push({ model: name, system: system.title, ...(await work(spaceOn(load(), [system], yaml))) });
      } catch (error) {
        if (!(error instanceof ParetouError)) throw error;
        note(`skipped: ${error.message}`);
      }
    }
  }
  return rows;
};
