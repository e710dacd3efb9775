import { chooseSystem } from '../search/space/systems.js';
import type { SystemChoice } from '../search/space/space.js';
import { createEstimator } from '../src/estimate/estimate.js';
import type { Network } from '../src/graph/network.js';
import type { SystemRequest } from '../src/npu/resolve.js';

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
export function systemFor(network: Network, { request, arenaShare }: ComparedSystem): SystemChoice {
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
