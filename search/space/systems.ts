import { resolveSystem, type SystemRequest } from '../../src/npu/resolve.js';
import type { SystemChoice } from './space.js';

/** FNV-1a hash of a text as four hexadecimal digits. */
const shortHash = (text: string): string => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash ^ (hash >>> 16)) & 0xffff).toString(16).padStart(4, '0');
};

/**
 * Resolves a system and gives it its short form for design ids: `u55-128` with the defaults of that accelerator,
 * `u55-128-3f2a` with another system configuration or memory mode.
 */
export const chooseSystem = (request: SystemRequest): SystemChoice => {
  const system = resolveSystem(request);
  const short = system.accelerator.replace('ethos-', '');
  const standard = resolveSystem({ accelerator: request.accelerator });
  const usual = standard.systemConfig === system.systemConfig && standard.memoryMode === system.memoryMode;
  const code = usual ? short : `${short}-${shortHash(`${system.systemConfig}/${system.memoryMode}`)}`;
  return { system, code };
};

/** Systems without repetitions: those that agree in accelerator, configuration and mode are one. */
export const distinctSystems = (systems: readonly SystemChoice[]): SystemChoice[] => {
  const seen = new Set<string>();
  return systems.filter(({ system }) => {
    const key = `${system.accelerator}/${system.systemConfig}/${system.memoryMode}`;
    return !seen.has(key) && seen.add(key);
  });
};
