// The cycles and the memory of a model on three accelerators.
//
//   node examples/estimate.js [model.tflite]
import { createEstimator, loadNetwork, resolveSystem } from 'paretou';

const { network } = loadNetwork(process.argv[2] ?? 'test/goldens/models/story_standard.tflite');
const estimator = createEstimator(); // keeps block configs and encoded weights from one estimate to the next

for (const accelerator of ['ethos-u55-128', 'ethos-u65-256', 'ethos-u85-256']) {
  const system = resolveSystem({ accelerator });
  const { cycles, memoryUsed } = estimator.estimate(network, system, { optimise: 'Performance' });
  console.log(`${accelerator}: ${cycles} cycles, ${memoryUsed.sram} bytes of SRAM`);
}
