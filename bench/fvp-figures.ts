import { createEstimator } from '../src/estimate/estimate.js';
import { totalsOf } from '../src/estimate/totals.js';
import { fvpEstimate } from '../src/fvp/fvp.js';
import type { Network } from '../src/graph/network.js';
import { resolveSystem, type SystemRequest } from '../src/npu/resolve.js';
import { grouped } from '../src/text.js';
import { change, left, markdownTable, right } from './markdown.js';

/** Systems that were measured, from small to large. */
const SYSTEMS: readonly SystemRequest[] = [
  { accelerator: 'ethos-u55-128' },
  { accelerator: 'ethos-u55-256' },
  { accelerator: 'ethos-u65-256', systemConfig: 'Ethos_U65_High_End' },
  { accelerator: 'ethos-u65-512', systemConfig: 'Ethos_U65_High_End' },
  { accelerator: 'ethos-u85-256', systemConfig: 'Ethos_U85_SYS_DRAM_Low' },
  { accelerator: 'ethos-u85-512' },
  { accelerator: 'ethos-u85-2048', systemConfig: 'Ethos_U85_SYS_DRAM_High' },
];

const COLUMNS = [
  ...left('network', 'accelerator'),
  ...right('compiler', 'FVP-like', 'change', '80% bar'),
  ...left('class'),
];

/** Cycles of networks by the compiler and by the FVP-like model, on one system of each kind. */
export function fvpFigures(networks: readonly (readonly [name: string, network: Network])[]): string {
  const estimator = createEstimator();
  const rows = networks.flatMap(([name, network]) =>
    SYSTEMS.map((request) => {
      const system = resolveSystem(request);
      const program = estimator.compile(network, system.accelerator);
      const evaluation = estimator.evaluate(program, system, { optimise: 'Performance' });
      const { cycles } = totalsOf(evaluation);
      const fvp = fvpEstimate(evaluation);
      const second =
        'refused' in fvp
          ? ['', '', '', fvp.refused]
          : [
              grouped(fvp.cycles),
              change(fvp.cycles / cycles),
              `${grouped(fvp.low)} to ${grouped(fvp.high)}`,
              fvp.class,
            ];
      return [name, system.accelerator, grouped(cycles), ...second];
    }),
  );
  return markdownTable(COLUMNS, rows);
}
