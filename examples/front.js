// The Pareto front of a model: every site standard or separable, on two accelerators.
//
//   node examples/front.js [model.tflite]
import { loadNetwork } from 'paretou';
import { buildSpace, chooseSystems, parseObjectives, planSweep, sweep } from 'paretou/search';

const { network } = loadNetwork(process.argv[2] ?? 'test/goldens/models/story_standard.tflite');
const systems = chooseSystems(['ethos-u55-128', 'ethos-u65-256'], {});
const space = buildSpace(network, { systems, optimise: 'Performance', options: ['separable:shifted-relu'] });

const objectives = parseObjectives('cycles_total,sram_total_bytes,retained_energy:max');
const models = planSweep([{ name: network.name, space }], objectives, 10_000, 'auto');
const { rankings } = await sweep({ models, objectives, constraints: [], seed: 1, evaluate: { jobs: 1 } });

for (const { ids, table, frontSize } of rankings) {
  for (let i = 0; i < frontSize; i++) {
    const { cycles_total: cycles, sram_total_bytes: bytes } = table.columns;
    console.log(`${ids[i]}: ${cycles[i]} cycles, ${bytes[i]} bytes through SRAM`);
  }
}
