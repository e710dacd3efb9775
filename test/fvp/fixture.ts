import { createEstimator } from '../../src/estimate/estimate.js';
import type { Evaluation } from '../../src/estimate/evaluation.js';
import { fvpEstimate, type FvpEstimate } from '../../src/fvp/fvp.js';
import type { FvpOptions } from '../../src/fvp/totals.js';
import { exampleModel } from '../../src/graph/examples.js';
import type { Network } from '../../src/graph/network.js';
import { configurationFiles, parseConfiguration } from '../../src/npu/configuration.js';
import { resolveSystem, type SystemRequest } from '../../src/npu/resolve.js';
import type { System } from '../../src/npu/system.js';

/** Systems that the evaluation kit has under names of its own. */
const KIT = `[System_Config.Ethos_U85_SYS_DRAM_Mid_512]
inherit=System_Config.Ethos_U85_SYS_DRAM_Mid
[System_Config.Ethos_U85_SYS_DRAM_Mid_1024]
inherit=System_Config.Ethos_U85_SYS_DRAM_Mid
Dram_ports_used=2
[System_Config.Ethos_U85_SYS_DRAM_High_2048]
inherit=System_Config.Ethos_U85_SYS_DRAM_High
`;

/** A system of the shipped files, those of the kit, or of more text. */
export const systemOf = (request: SystemRequest, text = ''): System =>
  resolveSystem({
    ...request,
    configuration: parseConfiguration([...configurationFiles([]), { file: 'kit.ini', text: KIT + text }]),
  });

const estimator = createEstimator();
const networks = new Map<string, Network>();

/** An example network on a system, compiled and scheduled. */
export function evaluated(
  name: string,
  system: System,
  optimise: 'Performance' | 'Size' = 'Performance',
): Evaluation {
  const network = networks.get(name) ?? exampleModel(name).network;
  networks.set(name, network);
  return estimator.evaluate(estimator.compile(network, system.accelerator), system, { optimise });
}

/** FVP-like cycles of it, which must not be refused. */
export function figuresOf(
  name: string,
  system: System,
  optimise: 'Performance' | 'Size' = 'Performance',
  options: FvpOptions = {},
): FvpEstimate {
  const result = fvpEstimate(evaluated(name, system, optimise), options);
  if ('refused' in result) throw new Error(result.refused);
  return result;
}
